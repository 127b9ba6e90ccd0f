import Glibc
import Settings

/// nginx's configuration as it is in effect, against the settings; where it can be read.
struct NginxCheck {
    private static let renderAgain = "Write nginx's files again with nginx/render and reload nginx."

    let settings: Settings

    func findings() -> [Finding] {
        guard let configuration = effectiveConfiguration(), configuration.contains("focust_playback") else {
            return [
                Finding(
                    .warning, "nginx",
                    "its configuration could not be read, or does not include focust-video's files",
                    advice: "Run this as root on the machine that runs nginx.")
            ]
        }
        let expectations = [
            ("socket for playback", "focust_playback { server \"\(address(settings.listen))\""),
            ("socket for uploads", "focust_upload { server \"\(address(settings.uploadListen))\""),
            ("data directory", "\"\(settings.dataDirectory)/hls/\""),
            ("body size", "client_max_body_size \(settings.maxContentLength)"),
            ("internal location", "\(settings.accelPrefix)/hls/"),
        ]
        return expectations.map { subject, text in
            configuration.contains(text)
                ? Finding(.good, "nginx, \(subject)", "as in the settings")
                : Finding(.problem, "nginx, \(subject)", "not as in the settings", advice: Self.renderAgain)
        }
    }

    private func address(_ listen: String) -> String { listen.hasPrefix("/") ? "unix:\(listen)" : listen }

    /// What `nginx -T` prints; nil where there is no nginx, or it may not be read.
    private func effectiveConfiguration() -> String? {
        guard let pipe = popen("PATH=$PATH:/usr/sbin:/sbin nginx -T 2>/dev/null", "re") else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while case let count = fread(&buffer, 1, buffer.count, pipe), count > 0 { bytes += buffer[..<count] }
        guard pclose(pipe) == 0 else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
