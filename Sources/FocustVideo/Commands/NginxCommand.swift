import ArgumentParser
import Glibc
import Nginx
import Settings

/// `focust-video nginx`: writes nginx's files from the settings.
struct NginxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nginx", abstract: "Write nginx's files from the settings.",
        discussion: """
            nginx's own configuration includes http.conf and server.conf of the directory. Run this again, and reload
            nginx, after a change of settings and after an upgrade.
            """)

    @Argument(
        help: "Where to write them, such as /etc/nginx/focust-video: beside nginx.conf.",
        completion: .directory)
    var directory: String

    func run() throws {
        let files: NginxFiles
        do throws(SettingsErrors) {
            files = try NginxFiles(from: SettingsSource())
        } catch {
            for error in error.errors { Console.error("focust-video: \(error)") }
            throw ExitCode.usageOrSettings
        }
        try makeDirectory()
        for (name, text) in files.texts { try write(text, "\(directory)/\(name)") }
        // That there is none is the rule.
        for name in NginxFiles.formerNames { _ = unlink("\(directory)/\(name)") }
        for log in files.logs { closeToOthers(log, group: files.logDirectory) }
    }

    /// The directory, and those above it that are missing.
    private func makeDirectory() throws {
        let ends = directory.indices.dropFirst().filter { directory[$0] == "/" } + [directory.endIndex]
        for path in ends.map({ String(directory[..<$0]) }) {
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("mkdir", path) }
        }
    }

    /// Writes it under another name first: nginx may read the directory at any time.
    private func write(_ text: String, _ path: String) throws {
        let temporary = "\(path).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure("open", temporary) }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw failure("write", temporary) }
            rest = rest.dropFirst(count)
        }
        // Whatever the umask says: nginx -t is for every user, and nothing here is secret.
        guard fchmod(descriptor, 0o644) == 0, rename(temporary, path) == 0 else {
            throw failure("rename", path)
        }
    }

    /// Makes a log that is not there yet. nginx would make it readable for everybody, and who watches what is in it; like
    /// nginx's other logs it belongs to the group of its directory.
    private func closeToOthers(_ log: String, group directory: String) {
        var status = stat()
        // A directory of another user's, or that is missing, is left alone.
        guard stat(directory, &status) == 0, access(directory, W_OK) == 0 else { return }
        let descriptor = open(log, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Who may not give it that group keeps their own.
        _ = fchown(descriptor, uid_t.max, status.st_gid)
        _ = fchmod(descriptor, 0o640)
    }

    private func failure(_ operation: String, _ path: String) -> ExitCode {
        Console.error("focust-video: \(operation) \(path): \(String(cString: strerror(errno)))")
        return .failure
    }
}
