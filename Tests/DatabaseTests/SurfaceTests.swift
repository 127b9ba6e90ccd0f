import Foundation
import Testing

/// Who may know that there is SQL.
@Suite struct SurfaceTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Sources").standardizedFileURL

    /// The path below `Sources` and the text of every Swift file there.
    private static func files() throws -> [(path: String, text: String)] {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter {
            $0.hasSuffix(".swift")
        }
        return try paths.map { path in
            (path, try String(contentsOf: sources.appending(path: path), encoding: .utf8))
        }
    }

    private static func hasSQL(_ text: String) -> Bool {
        let statement = #/(^|")\s*(SELECT|INSERT|UPDATE|DELETE FROM|CREATE TABLE|PRAGMA|BEGIN|COMMIT)[ ;"]/#
        return text.contains(statement.anchorsMatchLineEndings())
    }

    @Test func nothingOutsideTheEngineSpeaksSQLOrKnowsItsLibrary() throws {
        let outside = try Self.files().filter { !$0.path.hasPrefix("DatabaseSQLite/") }
        #expect(outside.count > 300)
        for (path, text) in outside {
            #expect(!Self.hasSQL(text), "\(path)")
            #expect(!text.contains("import CSQLite") && !text.contains("sqlite3_"), "\(path)")
        }
    }

    @Test func onlyTheCompositionNamesTheEngine() throws {
        let naming = try Self.files().filter { path, text in
            !path.hasPrefix("DatabaseSQLite/") && text.contains(#/\bSQLite[A-Z]\w+/#)
        }
        #expect(
            Set(naming.map(\.path)) == ["FocustVideo/Storage.swift", "Doctor/LibraryCheck.swift"])
    }

    @Test func theJudgeKnowsSQLWhenItSeesIt() throws {
        let speaking = try Self.files().filter { Self.hasSQL($0.text) }.map(\.path)
        for name in ["SQLiteJobQueue+Claim", "SQLiteRevocations", "SQLiteCallbackOutbox", "Connection"] {
            #expect(speaking.contains("DatabaseSQLite/\(name).swift"))
        }
    }
}
