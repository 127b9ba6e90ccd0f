/// How much of a form's own syntax is read before it is refused. What its parts hold is the handler's to limit.
package struct MultipartLimits: Sendable {
    /// The most parts of one body.
    package let maxParts: Int
    /// The most bytes of one part's header block, its blank line included.
    package let maxHeaderBytes: Int

    package init(maxParts: Int, maxHeaderBytes: Int) {
        self.maxParts = maxParts
        self.maxHeaderBytes = maxHeaderBytes
    }

    /// 32 parts with 8 KiB of header each; the richest form of ours has seven, with 200 bytes each.
    package static let `default` = MultipartLimits(maxParts: 32, maxHeaderBytes: 8192)
}
