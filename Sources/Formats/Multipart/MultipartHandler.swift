import Domain

/// Takes what a form holds, in the order of the body. Whatever it throws ends the parsing and reaches the caller.
package protocol MultipartHandler: ~Copyable {
    /// A part begins; its bytes follow.
    mutating func partBegan(_ part: PartHeader) throws(Refusal)

    /// Some of the part's bytes, never empty, as large as the caller's pieces allow. They are valid only during
    /// the call.
    mutating func partBytes(_ bytes: Span<UInt8>) throws(Refusal)

    /// The part is whole.
    mutating func partEnded() throws(Refusal)
}
