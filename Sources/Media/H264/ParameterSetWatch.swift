/// Sees whether the parameter sets of a stream change from one IDR picture to another: a decoder that was set up for the
/// first ones need not follow.
struct ParameterSetWatch {
    static let complaint = "its parameter sets change on the way"

    private var first: Int?

    /// Looks at a key picture; one that carries none changes nothing.
    mutating func haveChanged(_ facts: AccessUnitFacts?) -> Bool {
        guard let facts, facts.isIDR, let hash = facts.parameterSetHash else { return false }
        first = first ?? hash
        return hash != first
    }
}
