/// Sees whether the parameter sets of a stream change on the way: a decoder that was set up for the first ones need not
/// follow, and what a picture carries no sets for is decoded by those that came last.
struct ParameterSetWatch {
    static let complaint = "its parameter sets change on the way"

    /// Those that hold, without zeros at their ends.
    private var known: Set<[UInt8]>

    /// Those of an avcC record hold from the first picture on. Annex B headers are no more than a copy of what stands in
    /// some picture, so there the first picture that has sets decides.
    init(_ stream: H264Stream) {
        known = stream.lengthSize == nil ? [] : Set(stream.parameterSets)
    }

    /// Looks at an access unit; one that carries none changes nothing.
    mutating func haveChanged(_ facts: AccessUnitFacts) -> Bool {
        guard !facts.parameterSets.isEmpty else { return false }
        if known.isEmpty { known = Set(facts.parameterSets) }
        return !known.isSuperset(of: facts.parameterSets)
    }
}
