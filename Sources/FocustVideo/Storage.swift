import Database
import Files
import Runtime
import Settings

/// What every command that works on the stored lessons opens first.
struct Storage {
    let files: DataDirectory
    let database: Database
    /// Touched when a job was queued.
    let wakeUp: WakeFile

    init(_ settings: Settings) throws {
        files = try DataDirectory(creatingAt: settings.dataDirectory)
        database = try Database(path: files.databasePath)
        wakeUp = try WakeFile(path: files.conversionWakePath)
    }
}
