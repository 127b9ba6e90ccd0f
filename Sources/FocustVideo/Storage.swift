import Database
import DatabaseSQLite
import Files
import Glibc
import MediaClient
import Settings
import System

/// What every command that works on the stored lessons opens first.
struct Storage {
    let files: DataDirectory
    /// What looks into files and converts them.
    let media: MediaProgram
    let database: any Database
    /// Touched when a job was queued.
    let wakeUp: WakeFile
    /// Touched when a callback waits to be sent.
    let callbackWakeUp: WakeFile

    init(_ settings: Settings) throws {
        // What others may read gets its mode by name; the database and everything else is this user's alone.
        umask(0o077)
        media = try MediaProgram.installed()
        files = try DataDirectory(creatingAt: settings.dataDirectory)
        // Before the database is opened: one that is put in place under an open one loses what it says.
        try files.hold()
        database = try SQLiteDatabase(path: files.databasePath)
        wakeUp = try WakeFile(path: files.conversionWakePath)
        callbackWakeUp = try WakeFile(path: files.callbackWakePath)
    }
}
