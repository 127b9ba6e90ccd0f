/// A moment in wall-clock time: milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package init(seconds: Int) {
        self.milliseconds = Int64(seconds) * 1000
    }

    /// Whole seconds since 1970, rounded down: the unit of `exp` and `iat`.
    package var seconds: Int { Self.floorDivide(Int(milliseconds), by: 1000) }

    package func adding(seconds: Int) -> Timestamp {
        Timestamp(milliseconds: milliseconds + Int64(seconds) * 1000)
    }

    package func adding(milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: self.milliseconds + milliseconds)
    }

    /// This moment plus `duration`, to the millisecond.
    package func adding(_ duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return adding(milliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    package var description: String { iso8601 }

    /// RFC 3339 in UTC with milliseconds: `2026-01-31T12:34:56.789Z`.
    package var iso8601: String {
        let days = Self.floorDivide(Int(milliseconds), by: 86_400_000)
        let inDay = Int(milliseconds) - days * 86_400_000
        let date = Self.civilDate(daysSince1970: days)
        let clock = [inDay / 3_600_000, inDay / 60_000 % 60, inDay / 1000 % 60].map { Self.padded($0, 2) }
        return "\(Self.padded(date.year, 4))-\(Self.padded(date.month, 2))-\(Self.padded(date.day, 2))T"
            + "\(clock.joined(separator: ":")).\(Self.padded(inDay % 1000, 3))Z"
    }

    /// An HTTP date (RFC 9110 §5.6.7): `Sat, 31 Jan 2026 12:34:56 GMT`.
    package var httpDate: String {
        let days = Self.floorDivide(seconds, by: 86400)
        let inDay = seconds - days * 86400
        let date = Self.civilDate(daysSince1970: days)
        // 1970-01-01 was a Thursday.
        let weekday = Self.weekdays[((days % 7) + 7) % 7]
        let clock = [inDay / 3600, inDay / 60 % 60, inDay % 60].map { Self.padded($0, 2) }
        return "\(weekday), \(Self.padded(date.day, 2)) \(Self.months[date.month - 1]) "
            + "\(Self.padded(date.year, 4)) \(clock.joined(separator: ":")) GMT"
    }

    private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func floorDivide(_ value: Int, by divisor: Int) -> Int {
        (value - (value < 0 ? divisor - 1 : 0)) / divisor
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Proleptic Gregorian date. Years begin in March here, so that the leap day comes last and every month's
    /// first day is a linear function of its number.
    private static func civilDate(daysSince1970 days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1
        )
    }
}
