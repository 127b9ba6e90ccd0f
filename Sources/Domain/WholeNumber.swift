/// A number of digits alone; what Swift reads besides (`+5`, `-0`) is none.
package enum WholeNumber {
    /// Nil where `text` is empty, has anything but digits in it, or is too large.
    package static func parse(_ text: some StringProtocol) -> Int? {
        text.utf8.allSatisfy { $0 &- 0x30 < 10 } ? Int(text) : nil
    }
}
