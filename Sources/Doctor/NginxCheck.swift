import Glibc
import Nginx
import Settings

/// nginx's configuration as it is in effect, against the settings; where it can be read.
struct NginxCheck {
    let settings: Settings

    private var writeAgain: String {
        "Write nginx's files again with `focust-video nginx /etc/nginx/\(settings.place)`, and reload nginx."
    }

    /// What `nginx -T` says.
    enum State {
        case read(NginxConfiguration)
        case unknown(Finding)
    }

    func state() -> State {
        guard let outcome = Command.run("nginx -T"), !outcome.text.contains("nginx: not found") else {
            return unknown(
                .warning, "is not installed here",
                "Run this on the machine that runs nginx. In a container it needs the files that `focust-video nginx` writes, "
                    + "the data directory and the sockets, all at the same paths as here.")
        }
        let said = outcome.text.split(whereSeparator: \.isLineEnd).last { $0.contains("[emerg] ") }
        if let said, said.contains("Permission denied") {
            return unknown(.warning, "its configuration could not be read", "Run this as root.")
        }
        guard outcome.status == 0 else {
            return unknown(
                .problem, "refuses its configuration: \(said ?? "no reason given")", cure(said ?? ""))
        }
        let configuration = NginxConfiguration(outcome.text)
        guard configuration.own("http.conf", of: settings.place) != nil else {
            return unknown(
                .warning, "does not include \(settings.place)'s files",
                "Write them with `focust-video nginx`, and include http.conf and server.conf.")
        }
        return .read(configuration)
    }

    /// What to do about what nginx says.
    private func cure(_ said: Substring) -> String {
        if said.contains("unknown log format \"focust_")
            || said.contains("host not found in upstream \"focust_")
        {
            return
                "http.conf must be read before the sites: include it from /etc/nginx/conf.d/00-\(settings.place).conf."
        }
        if said.contains("duplicate upstream \"focust_") {
            return "Include http.conf once; another instance needs a FOCUST_INSTANCE of its own."
        }
        if said.contains("duplicate location"),
            said.contains("/\(settings.place)/") || said.contains("focust_")
        {
            return
                "That address is the site's own, or server.conf is included twice. FOCUST_NGINX_OPERATIONS=false leaves out /healthz, /readyz and /metrics; FOCUST_NGINX_PREFIX=/video has all addresses below /video."
        }
        return "Repair that line first."
    }

    private func unknown(_ level: Finding.Level, _ message: String, _ advice: String) -> State {
        .unknown(Finding(level, "nginx", message, advice: advice))
    }

    func findings(_ configuration: NginxConfiguration) -> [Finding] {
        let ours = ["http.conf", "server.conf"].compactMap { configuration.own($0, of: settings.place) }
            .joined()
        let expectations = [
            ("socket for playback", "_playback { server \"\(address(settings.listen))\""),
            ("socket for uploads", "_upload { server \"\(address(settings.uploadListen))\""),
            ("data directory", "\"\(settings.dataDirectory)/hls/\""),
            ("body size", "client_max_body_size \(settings.maxContentLength);"),
            ("internal location", "location ^~ \(settings.accelPrefix)/hls/ "),
        ]
        let named = expectations.map { subject, text in
            ours.contains(text)
                ? Finding(.good, "nginx, \(subject)", "as in the settings")
                : Finding(.problem, "nginx, \(subject)", "not as in the settings", advice: writeAgain)
        }
        return named + included(configuration) + rendered(configuration)
    }

    /// The http-level file is of no use without the other.
    private func included(_ configuration: NginxConfiguration) -> [Finding] {
        configuration.own("server.conf", of: settings.place) != nil
            ? []
            : [
                Finding(
                    .problem, "nginx, server", "no server { } includes server.conf",
                    advice:
                        "Add `include \(settings.place)/server.conf;` to the server that is to serve the videos."
                )
            ]
    }

    /// Every other limit, origin and rate: what nginx has must be what `focust-video nginx` writes today.
    private func rendered(_ configuration: NginxConfiguration) -> [Finding] {
        let today: NginxFiles
        do throws(SettingsErrors) { today = try NginxFiles(from: SettingsSource()) } catch {
            return error.errors.map(\.finding)
        }
        let old = today.texts.filter { name, text in
            configuration.own(name, of: settings.place).map { $0.trimmedLines != text.trimmedLines } ?? false
        }
        guard !old.isEmpty else {
            return [Finding(.good, "nginx, origins, rates and limits", "as the settings say today")]
        }
        let names = old.map(\.key).sorted().joined(separator: ", ")
        return [
            Finding(
                .problem, "nginx, origins, rates and limits",
                "\(names): written from other settings or by another version", advice: writeAgain)
        ]
    }

    private func address(_ listen: String) -> String { listen.hasPrefix("/") ? "unix:\(listen)" : listen }
}

extension String {
    /// Without empty lines at the end, which `nginx -T` adds.
    fileprivate var trimmedLines: Substring {
        var rest = self[...]
        while rest.last == "\n" { rest.removeLast() }
        return rest
    }
}
