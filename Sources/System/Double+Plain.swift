extension Double {
    /// As a person writes it, for logs and terminals: thousandths at most, and never an exponent. 0.069, 29.823, 12.
    package var plain: String {
        // Beyond that a Double has no thousandths, and no Int holds them.
        guard magnitude < 1e12 else { return "\(self)" }
        let thousandths = Int((magnitude * 1000).rounded())
        let sign = self < 0 && thousandths > 0 ? "-" : ""
        guard thousandths % 1000 > 0 else { return "\(sign)\(thousandths / 1000)" }
        var digits = "\(thousandths % 1000 + 1000)".dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(thousandths / 1000).\(digits)"
    }
}
