/// The name of a resumable upload in its address: 128 random bits as 32 lower-case hexadecimal digits.
///
/// Whoever knows it may go on with the upload: it is a capability, and belongs in no log.
package struct UploadID: Hashable, Sendable {
    package let value: String

    /// Nil unless `value` has that form.
    package init?(_ value: some StringProtocol) {
        guard value.utf8.count == 32, value.utf8.allSatisfy(Hexadecimal.isLowercase) else { return nil }
        self.value = String(value)
    }

    /// A new one of 128 random bits, which must be unguessable.
    package init(random: (UInt64, UInt64)) {
        value = [random.0, random.1].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
