import Domain
import Glibc
import Settings

/// The directory in which nginx keeps an upload's body until all of it has come. Full, it makes nginx refuse uploads, and
/// the server never hears of them.
struct BodyDirectoryCheck {
    let settings: Settings
    let configuration: NginxConfiguration

    func findings() -> [Finding] {
        guard let path = path, let free = Self.freeBytes(path) else { return [] }
        guard free < settings.maxContentLength.bytes else {
            return [Finding(.good, "nginx, bodies", "\(free >> 20) MiB are free in \(path)")]
        }
        return [
            Finding(
                .warning, "nginx, bodies",
                "\(free >> 20) MiB are free in \(path), less than the largest upload (MAX_CONTENT_LENGTH)",
                advice: "Free space there, or let client_body_temp_path name a directory on a larger disk.")
        ]
    }

    /// As configured, or as nginx was built; nil where neither can be told.
    private var path: String? {
        if let path = configuration.value(of: "client_body_temp_path") { return path }
        let option = "--http-client-body-temp-path="
        let words = Command.run("nginx -V")?.text.split(whereSeparator: \.isWhitespace) ?? []
        return words.first { $0.hasPrefix(option) }.map { String($0.dropFirst(option.count)) }
    }

    private static func freeBytes(_ path: String) -> Int? {
        var status = statvfs()
        guard path.hasPrefix("/"), statvfs(path, &status) == 0 else { return nil }
        return Int(clamping: UInt64(status.f_bavail) * UInt64(status.f_frsize))
    }
}
