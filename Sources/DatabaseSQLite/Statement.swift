import CSQLite
import Database

/// One prepared statement: owned by its connection's cache, finalized with it.
///
/// Every way out of a run resets it and drops its bindings. A statement left in the middle of a row would
/// keep its read transaction open, and the write-ahead log could never be checkpointed.
final class Statement {
    let sql: String
    private let handle: OpaquePointer
    private let connection: OpaquePointer

    /// Throws where `sql` does not compile, or holds more than one statement.
    init(_ sql: String, on connection: OpaquePointer) throws(DatabaseError) {
        var prepared: OpaquePointer?
        // Persistent: these live as long as the connection, outside SQLite's small look-aside memory.
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let result = sqlite3_prepare_v3(connection, sql, -1, flags, &prepared, nil)
        guard result == SQLITE_OK, let prepared else {
            throw DatabaseError(result, of: connection, operation: "prepare", sql: sql)
        }
        self.sql = sql
        self.handle = prepared
        self.connection = connection
    }

    deinit {
        sqlite3_finalize(handle)
    }

    var parameterCount: Int { Int(sqlite3_bind_parameter_count(handle)) }

    /// Runs to the end and ignores rows.
    func run(_ values: [Value] = []) throws(DatabaseError) {
        try each(values) { (_) throws(DatabaseError) in true }
    }

    /// The first row, decoded; nil where there is none.
    func first<Result>(
        _ values: [Value] = [], _ decode: (borrowing Row) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> Result? {
        var found: Result?
        try each(values) { (row) throws(DatabaseError) in
            found = try decode(row)
            return false
        }
        return found
    }

    /// All rows, decoded.
    func all<Result>(
        _ values: [Value] = [], _ decode: (borrowing Row) throws(DatabaseError) -> Result
    ) throws(DatabaseError) -> [Result] {
        var found: [Result] = []
        try each(values) { (row) throws(DatabaseError) in
            found.append(try decode(row))
            return true
        }
        return found
    }

    /// Steps until the end, or until `body` answers false.
    private func each(
        _ values: [Value], _ body: (borrowing Row) throws(DatabaseError) -> Bool
    ) throws(DatabaseError) {
        defer {
            // Its result repeats the error of the last step, which has been thrown already.
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        try bind(values)
        while true {
            let result = sqlite3_step(handle)
            guard result != SQLITE_DONE else { return }
            guard result == SQLITE_ROW else { throw failure(result, "step") }
            guard try body(Row(of: handle)) else { return }
        }
    }

    private func bind(_ values: [Value]) throws(DatabaseError) {
        let expected = parameterCount
        guard values.count == expected else {
            throw DatabaseError(
                SQLITE_RANGE, operation: "bind", sql: sql,
                message: "\(values.count) values for \(expected) placeholders")
        }
        for (index, value) in values.enumerated() {
            let result = bind(value, at: Int32(index + 1))
            guard result == SQLITE_OK else { throw failure(result, "bind") }
        }
    }

    private func bind(_ value: Value, at index: Int32) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(handle, index)
        case .integer(let number): sqlite3_bind_int64(handle, index, number)
        case .real(let number): sqlite3_bind_double(handle, index, number)
        case .text(let text):
            sqlite3_bind_text(handle, index, text, Int32(text.utf8.count), focust_sqlite_transient())
        case .blob(let bytes):
            bytes.withUnsafeBytes {
                sqlite3_bind_blob(handle, index, $0.baseAddress, Int32($0.count), focust_sqlite_transient())
            }
        }
    }

    private func failure(_ result: Int32, _ operation: String) -> DatabaseError {
        DatabaseError(result, of: connection, operation: operation, sql: sql)
    }
}
