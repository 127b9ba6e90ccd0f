/// What an engine refused: what kind of trouble it is, what was being done, the statement, and the engine's own words.
///
/// The statement holds placeholders only, never a value, so the whole error may be logged.
package struct DatabaseError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What a caller can do something about.
    package enum Kind: Sendable {
        /// No space left.
        case full
        /// Somebody else held what was wanted for longer than we wait.
        case busy
        /// The disk failed, or the file system became read-only, or the engine cannot be reached.
        case io
        /// What is stored is no database, or is damaged.
        case corrupt
        /// A mistake of this program's.
        case other
    }

    package let kind: Kind
    /// The engine's own number.
    package let code: Int32
    /// What was being done, for the log: "open", "prepare", "step", …
    package let operation: String
    package let statement: String?
    package let message: String

    package init(_ kind: Kind, code: Int32, operation: String, statement: String? = nil, message: String) {
        self.kind = kind
        self.code = code
        self.operation = operation
        self.statement = statement
        self.message = message
    }

    package var isFull: Bool { kind == .full }
    package var isBusy: Bool { kind == .busy }
    package var isIO: Bool { kind == .io }
    package var isCorrupt: Bool { kind == .corrupt }

    package var description: String {
        "database \(operation): \(message) (\(code))" + (statement.map { " in \"\($0)\"" } ?? "")
    }
}
