import DatabaseSQLite
import Glibc
import Settings

/// Whether the database is one that this program reads. It is not opened: that makes files beside it, which would be
/// root's.
struct DatabaseCheck {
    let settings: Settings

    /// Nil where there is none yet, or it cannot be looked at.
    func finding() -> Finding? {
        let path = "\(settings.dataDirectory)/state/focust.db"
        guard let file = fopen(path, "re") else { return nil }
        defer { fclose(file) }
        var header = [UInt8](repeating: 0, count: SchemaVersion.headerBytes)
        guard fread(&header, 1, header.count, file) == header.count,
            let version = SchemaVersion.written(in: header), version > SchemaVersion.known
        else { return nil }
        return Finding(
            .problem, path,
            "was written by a newer version (schema \(version), this one reads \(SchemaVersion.known))",
            advice: "Install the newer version again, or restore the backup that was made before it.")
    }
}
