/// Bits per second as sysadmins write them: `85000`, `85k` or `5M`.
package enum BitRate {
    /// Below, no picture is left; above, no network carries it.
    private static let allowed = 8_000...1_000_000_000

    /// Bits per second; nil unless `text` is a whole number from 8k to 1000M.
    package static func parse(_ text: some StringProtocol) -> Int? {
        let unit =
            switch text.last {
            case "k": 1000
            case "M": 1_000_000
            default: 1
            }
        guard let number = Int(strictly: unit == 1 ? text[...] : text.dropLast()) else { return nil }
        let (bits, isTooLarge) = number.multipliedReportingOverflow(by: unit)
        return !isTooLarge && allowed.contains(bits) ? bits : nil
    }
}
