/// The version of a database file, told without opening the database: to open one makes files beside it.
package enum SchemaVersion {
    /// How many bytes of the file `written(in:)` looks at.
    package static let headerBytes = 100
    /// The newest that this program reads.
    package static var known: Int { Migrations.all.steps.count }

    /// Of a file that begins with these bytes; nil where it is no database. (SQLite's file format, §1.3: four bytes at 60
    /// are the user version. What is still in the log beside the file does not count.)
    package static func written(in header: [UInt8]) -> Int? {
        guard header.count >= headerBytes, header.starts(with: "SQLite format 3\0".utf8) else { return nil }
        return header[60..<64].reduce(0) { $0 << 8 | Int($1) }
    }
}
