import Formats
import Settings

/// One thing that `focust-video check` looked at: how it stands, and what to do about it.
package struct Finding {
    package enum Level: String {
        case good = "ok"
        /// It works, but not as it should.
        case warning
        /// The server would not start, or would fail at its work.
        case problem = "error"
    }

    package let level: Level
    let subject: String
    let message: String
    /// What to do; nil where nothing is to be done.
    let advice: String?

    package init(_ level: Level, _ subject: String, _ message: String, advice: String? = nil) {
        self.level = level
        self.subject = subject
        self.message = message
        self.advice = advice
    }

    package var json: JSONValue {
        [
            "level": .string(level.rawValue), "subject": .string(subject), "message": .string(message),
            "advice": advice.map { .string($0) } ?? .null,
        ]
    }

    /// For people: one line, and what to do on the next.
    package var text: String {
        "\(level.rawValue.uppercased())  \(subject): \(message)" + (advice.map { "\n       \($0)" } ?? "")
    }
}

extension SettingsError {
    /// A setting that would stop the start, or the writing of nginx's files.
    package var finding: Finding {
        Finding(
            .problem, name, found.map { "is \"\($0)\"" } ?? "is missing",
            advice: "It must be \(expected)\(hint.map { "; \($0)" } ?? "").")
    }
}
