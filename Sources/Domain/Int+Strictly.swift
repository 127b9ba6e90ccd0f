extension Int {
    /// A number of digits alone; what Swift reads besides (`+5`, `-0`) is none. Nil where `text` is empty, has anything but
    /// digits in it, or is too large.
    package init?(strictly text: some StringProtocol) {
        guard text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        self.init(text)
    }
}
