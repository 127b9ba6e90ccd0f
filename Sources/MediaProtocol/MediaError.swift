/// Why a file was not probed or converted: whose fault it is, what was being done, and libav's own last words.
package struct MediaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What the caller may do about it.
    package enum Kind: String, Sendable {
        /// The file cannot become a lesson, now or later; `message` is for the trainer.
        case unsupported
        /// Disk or memory: another attempt may succeed.
        case resource
        /// Somebody asked for an end.
        case cancelled
        /// The deadline passed.
        case deadline
        /// The produced lesson broke one of the output rules; `rule` names it.
        case invalidOutput
        /// A library refused what it should not have.
        case `internal`
        /// The process that worked on the file died of it.
        case crashed
    }

    package let kind: Kind
    /// One sentence for people. Of `.unsupported` it is written for the trainer.
    package let message: String
    /// The function or step that failed, for the log.
    package let operation: String
    /// libav's code or the errno, where one was given.
    package var code: MediaErrorCode?
    /// The last line that libav logged as an error during this work.
    package var detail: String?
    /// The output rule that was broken, of `.invalidOutput`.
    package var rule: String?

    package init(
        _ kind: Kind, _ message: String, operation: String, code: MediaErrorCode? = nil, rule: String? = nil
    ) {
        self.kind = kind
        self.message = message
        self.operation = operation
        self.code = code
        self.rule = rule
    }

    package var description: String {
        var text = "\(kind.rawValue): \(message) [\(operation)"
        if let code { text += ": \(code)" }
        text += "]"
        if let detail { text += " libav: \(detail)" }
        return text
    }
}
