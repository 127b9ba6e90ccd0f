/// Cuts a stream of bytes into lines, none of them longer than a limit.
package struct LineBuffer: Sendable {
    private let maxBytes: Int
    private var rest: [UInt8] = []

    package init(maxBytes: Int) {
        self.maxBytes = maxBytes
    }

    /// The lines that `bytes` complete, without their ends; nil where one grows past the limit.
    package mutating func lines(adding bytes: some Sequence<UInt8>) -> [[UInt8]]? {
        rest += bytes
        guard rest.contains(UInt8(ascii: "\n")) else { return rest.count <= maxBytes ? [] : nil }
        var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(
            Array.init)
        rest = lines.removeLast()
        return lines.allSatisfy { $0.count <= maxBytes } && rest.count <= maxBytes ? lines : nil
    }
}
