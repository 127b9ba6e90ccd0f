import CSQLite
import Database
import Domain

extension Job {
    /// The columns that `init(row:)` expects, in its order.
    static let columns = """
        id, rel, filename, source, bytes, success_url, error_url, status, progress, duration, plan, \
        created_at, updated_at, attempts, error_code, error_message, codecs, width, height, kind, renditions
        """

    /// Throws where a column holds what this program never writes.
    init(row: borrowing Row) throws(DatabaseError) {
        self.init(
            id: try Self.parsed(row.text(0)) { TaskID($0) },
            kind: try Self.parsed(row.text(19)) { JobKind(rawValue: $0) },
            location: try Self.parsed(row.text(1)) { LessonLocation($0) },
            filename: try Self.parsed(row.text(2)) { Filename($0) },
            sourcePath: row.text(3),
            bytes: ByteCount(row.integer(4)),
            successCallbackURL: row.optionalText(5),
            errorCallbackURL: row.optionalText(6),
            status: try Self.parsed(row.text(7)) { JobStatus(rawValue: $0) },
            progress: row.real(8),
            duration: row.optionalReal(9),
            plan: row.optionalText(10),
            codecs: row.optionalText(16),
            size: row.optionalInteger(17).map { [height = row.integer(18)] in
                PictureSize(width: $0, height: height)
            },
            createdAt: Timestamp(milliseconds: row.integer64(11)),
            updatedAt: Timestamp(milliseconds: row.integer64(12)),
            attempts: row.integer(13),
            renditions: try Self.renditions(row.optionalText(20)),
            error: row.optionalText(14).map { [message = row.text(15)] in
                JobFailure(code: $0, message: message)
            })
    }

    /// Empty until they are known.
    private static func renditions(_ text: String?) throws(DatabaseError) -> [RenditionProgress] {
        guard let text else { return [] }
        return try parsed(text) { RenditionProgress.parse($0) }
    }

    private static func parsed<Parsed>(
        _ text: String, _ parse: (String) -> Parsed?
    ) throws(DatabaseError) -> Parsed {
        guard let value = parse(text) else {
            throw DatabaseError(SQLITE_MISMATCH, operation: "decode job", message: "unexpected \"\(text)\"")
        }
        return value
    }
}
