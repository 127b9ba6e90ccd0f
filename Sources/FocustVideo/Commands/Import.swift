import ArgumentParser
import Doctor
import Files
import Glibc
import Settings
import TreeImport

/// `focust-video import OLD_DIR`: takes over the tree of the server before this one.
struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take over the videos of an older server's data directory.",
        discussion: """
            Nothing in OLD_DIR is changed or moved, and nothing in FOCUST_DATA_DIR replaced; a second run does only \
            what is left. Files are linked where both lie on one file system, keys and playlists always copied. \
            Run as root it writes as the owner of FOCUST_DATA_DIR. What the clients of that server need besides is on the \
            page earlier-clients.md of the documentation.
            Exit codes: 0 everything is served from here now, 1 something is not (it is named), 2 wrong usage.
            """)

    @Argument(help: "The old data directory: the one with hls/ and originals/ in it.") var oldDirectory:
        String
    @Flag(help: "Only say what would be done.") var dryRun = false
    @Flag(help: "Hard links or nothing.") var link = false
    @Flag(help: "Copies, even where links would do.") var copy = false

    func validate() throws {
        guard !(link && copy) else { throw ValidationError("--link and --copy exclude each other.") }
    }

    func run() throws {
        let root = try SettingsLoader.load(for: .work).dataDirectory
        guard let old = realPath(oldDirectory) else { throw failure(oldDirectory) }
        let new = realPath(root)
        guard new != nil || dryRun else { throw failure(root) }
        if let new, old == new || old.hasPrefix(new + "/") || new.hasPrefix(old + "/") {
            throw ValidationError("OLD_DIR and FOCUST_DATA_DIR (\(root)) must not contain each other.")
        }
        do {
            let privilege = try Privilege(steppingDownToOwnerOf: new)
            umask(0o077)
            let files = dryRun ? nil : try DataDirectory(creatingAt: new ?? root)
            try files?.hold()
            let transfer: Transfer = link ? .link : copy ? .copy : .linkOrCopy
            let destination = try Destination(at: new ?? root)
            try report(
                TreeImport(
                    from: ForeignTree(at: old, privilege), to: destination, files: files, by: transfer),
                into: destination)
        } catch let error where error is FileError || error is RestoreError {
            Console.error("focust-video: \(error)")
            throw ExitCode.failure
        }
    }

    /// Runs the import: a line for each outcome, and one for all of them.
    private func report(_ treeImport: TreeImport, into new: Destination) throws {
        var counts: [String: Int] = [:]
        try treeImport.run { outcome in
            let (word, reason) = describe(outcome.result)
            counts[word, default: 0] += 1
            let why = reason.map { ": " + Console.printable($0) } ?? ""
            print("\(word)  \(Console.printable(outcome.path))\(why)")
        }
        let refused = counts["refused", default: 0]
        for (user, count) in treeImport.strangers.sorted(by: { $0.key < $1.key }) {
            print(Self.warning(of: count, writtenBy: Account.name(of: user), into: new))
        }
        print(
            "Clients that were written for that server need two settings; the page earlier-clients.md says which."
        )
        print(
            "\(dryRun ? "would import" : "imported") \(counts["imported", default: 0]), present already "
                + "\(counts["present", default: 0]), refused \(refused)")
        if refused > 0 { throw ExitCode.failure }
    }

    private static func warning(of count: Int, writtenBy user: String, into new: Destination) -> String {
        let owner = Account.name(of: new.owner)
        return
            "links to files of \(user), which can still be written from there: \(count). Once the old server is off "
            + "for good: chown -R --from=\(user) \(owner): \(new.path) && chmod -R go-w \(new.path)"
    }

    private func describe(_ result: ImportOutcome.Result) -> (word: String, reason: String?) {
        switch result {
        case .imported: ("imported", nil)
        case .present: ("present", nil)
        case .refused(let reason): ("refused", reason)
        }
    }

    private func failure(_ path: String) -> any Error {
        Console.error("focust-video: \(path): \(String(cString: strerror(errno)))")
        return ExitCode.failure
    }

    private func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }
}
