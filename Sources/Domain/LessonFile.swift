/// What a lesson's files are called, and how long a lesson lasts at most.
package enum LessonFile {
    /// The main playlist.
    package static let playlist = "output.m3u8"
    package static let key = "enc.key"
    package static let poster = "poster.jpg"
    /// What is known of the lesson's renditions; for this program alone, never served.
    package static let facts = "renditions.json"
    /// Seconds of the longest lesson. A grant to play one lives no longer than that and the margin, whatever a playlist says.
    package static let longestSeconds = 86_400

    /// "segment_007.ts"; three digits and more.
    package static func segment(_ number: Int) -> String {
        let digits = String(number)
        return "segment_" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits + ".ts"
    }
}
