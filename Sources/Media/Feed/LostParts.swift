import MediaProtocol

/// What of a recording that becomes another one on the way is not in the lesson. A little may be damaged, at its end or
/// between others; more refuses the film.
struct LostParts {
    /// Of a file, what may be lost.
    private static let maxShare = 0.02

    /// For the plan.
    private(set) var words: [String] = []
    private let byteSize: Int64
    private var lost: Int64 = 0

    init(byteSize: Int64) {
        self.byteSize = max(1, byteSize)
    }

    /// Leaves a part out.
    ///
    /// Throws `reason`, in words about that part, where too much would be missing, or where it is none of the file's.
    mutating func leaveOut(_ part: Range<Int64>, because reason: MediaError) throws(MediaError) {
        guard reason.kind == .unsupported else { throw reason }
        lost += Int64(part.count)
        guard Double(lost) <= Double(byteSize) * Self.maxShare else {
            let text = "The recording becomes another one on the way. Of that part: \(reason.message)"
            var error = MediaError(.unsupported, text, operation: reason.operation, code: reason.code)
            error.detail = reason.detail
            throw error
        }
        words.append("\(name(part)): \(reason.message)")
    }

    /// Notes that a part has no sound that could be had, and is silent.
    mutating func silence(_ part: Range<Int64>, because reason: MediaError) {
        words.append("the sound of \(name(part)): \(reason.message)")
    }

    private func name(_ part: Range<Int64>) -> String {
        func percent(_ bytes: Int64) -> Double { (Double(bytes) / Double(byteSize) * 1000).rounded() / 10 }
        return "\(percent(Int64(part.count))) % of the recording, from \(percent(part.lowerBound)) % on"
    }
}
