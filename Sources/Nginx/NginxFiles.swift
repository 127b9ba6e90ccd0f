import Domain
import Settings

/// nginx's files, written from the settings, so that the two cannot disagree.
package struct NginxFiles {
    private let settings: Settings
    private let nginx: NginxSettings

    package init(_ settings: Settings, _ nginx: NginxSettings) {
        self.settings = settings
        self.nginx = nginx
    }

    /// As the settings of `source` have them; throws all that is wrong with the server's or nginx's.
    package init(from source: SettingsSource) throws(SettingsErrors) {
        var errors: [SettingsError] = []
        var settings: Settings?
        var nginx: NginxSettings?
        do throws(SettingsErrors) { settings = try source.settings(for: .nginx) } catch {
            errors += error.errors
        }
        do throws(SettingsErrors) { nginx = try NginxSettings(values: source.values) } catch {
            errors += error.errors
        }
        guard let settings, let nginx else { throw SettingsErrors(errors: errors) }
        self.init(settings, nginx)
    }

    /// The directory of the access log and the error log.
    package var logDirectory: String { nginx.logDirectory }

    /// Those two.
    package var logs: [String] {
        ["access", "error"].map { "\(nginx.logDirectory)/\(settings.place).\($0).log" }
    }

    /// The text of each file, by its name.
    package var texts: [String: String] {
        let (values, conditions) = (values, conditions)
        return Self.templates.mapValues { bytes in
            Template(String(decoding: bytes, as: UTF8.self)).under(conditions).named(for: settings.instance)
                .filled(with: values)
        }
    }

    /// The templates, by the names of the files.
    private static let templates: [String: [UInt8]] = [
        "ahead.conf": PackageResources.ahead_conf,
        "cors.conf": PackageResources.cors_conf,
        "error-pages.conf": PackageResources.error_pages_conf,
        "errors.conf": PackageResources.errors_conf,
        "example-server.conf": PackageResources.example_server_conf,
        "fastcgi.conf": PackageResources.fastcgi_conf,
        "file.conf": PackageResources.file_conf,
        "http.conf": PackageResources.http_conf,
        "issue.conf": PackageResources.issue_conf,
        "location.conf": PackageResources.location_conf,
        "monitoring.conf": PackageResources.monitoring_conf,
        "operations.conf": PackageResources.operations_conf,
        "playback.conf": PackageResources.playback_conf,
        "refused.conf": PackageResources.refused_conf,
        "request.conf": PackageResources.request_conf,
        "segments.conf": PackageResources.segments_conf,
        "server.conf": PackageResources.server_conf,
        "tus.conf": PackageResources.tus_conf,
        "upload.conf": PackageResources.upload_conf,
    ]

    /// Files that earlier versions wrote and that nothing includes any more.
    package static let formerNames = [
        "accel.conf", "asked-ahead.conf", "decided.conf", "decisions-http.conf", "decisions-server.conf",
        "error.conf", "failures.conf", "form.conf", "part.conf", "preflight.conf", "resumable.conf",
        "sentences.conf", "static.conf", "types.conf", "unknown.conf", "uploads-at-once.conf",
    ]

    private var conditions: Set<String> {
        var names: Set<String> = []
        if !settings.nginxPrefix.isEmpty { names.insert("PREFIX") }
        if nginx.decisionSeconds != nil { names.insert("DECISIONS") }
        if nginx.operations { names.insert("OPERATIONS") }
        return names
    }

    private var values: [String: String] {
        var values = [
            "LISTEN": Self.socket(settings.listen), "UPLOAD_LISTEN": Self.socket(settings.uploadListen),
            "DIRECTORY": settings.place, "PREFIX": settings.nginxPrefix,
            "PREFIX_PATTERN": Pattern.quoted(settings.nginxPrefix),
            "REQUEST_URI": settings.nginxPrefix.isEmpty ? "$request_uri" : "$\(names)uri",
            "MONITORING": nginx.monitoring, "DATA_DIR": settings.dataDirectory, "LOG_DIR": nginx.logDirectory,
            "ACCEL_PREFIX": settings.accelPrefix,
            "ACCEL_PATTERN": Pattern.quoted(settings.accelPrefix),
            "MAX_CONTENT_LENGTH": "\(settings.maxContentLength)",
            "MAX_UPLOAD_SIZE": "\(settings.maxUploadSize)",
            "UPLOADS_AT_ONCE": "\(nginx.uploadsAtOnce)", "UPLOADS_IN_ALL": "\(nginx.uploadsInAll)",
            "ORIGIN_MAP": Self.lines(
                settings.allowedOrigins.entries.map { "\"\(Pattern.of($0))\" $http_origin;" }),
            "TRUSTED_MAP": Self.lines(nginx.trustedAddresses.map { "\($0) 1;" }),
            "ID": Pattern.id, "EXT": "(?:\(Self.extensions.joined(separator: "|")))",
            "COURSE_FILES": presentations(of: "courses"), "MODULE_FILES": presentations(of: "modules"),
            "LANGUAGE": Pattern.language,
        ]
        values.merge(decisions) { $1 }
        values.merge(rate("TOKENS_PER_USER", nginx.tokensPerUser)) { $1 }
        values.merge(rate("TOKENS_PER_ADDRESS", nginx.tokensPerAddress)) { $1 }
        values.merge(rate("UPLOADS_PER_ADDRESS", nginx.uploadsPerAddress)) { $1 }
        return values
    }

    /// Where the presentation of a course or module may be: its extension is the upload's.
    private func presentations(of kind: String) -> String {
        let place = "\(settings.nginxPrefix)/presentation_videos/\(kind)/$\(names)place"
        return Self.extensions.map { "\(place)/presentation.\($0)" }.joined(separator: " ")
    }

    private static let extensions = VideoFileType.allCases.map(\.rawValue)

    /// What nginx's names begin with.
    private var names: String { settings.instance.isEmpty ? "focust_" : "focust_\(settings.instance)_" }

    private var decisions: [String: String] {
        guard let seconds = nginx.decisionSeconds else { return ["SEGMENTS": ""] }
        return [
            "DECISION_SECONDS": "\(seconds)", "DECISION_DIR": nginx.decisionDirectory,
            "SEGMENTS": "include \(settings.place)/segments.conf;",
        ]
    }

    /// A rate for nginx, and in the words of its answer.
    private func rate(_ name: String, _ rate: RequestRate) -> [String: String] {
        let (english, french) = rate.unit == .minute ? ("minute", "minute") : ("second", "seconde")
        return [
            "RATE_\(name)": "\(rate.requests)r/\(rate.unit.rawValue)", "BURST_\(name)": "\(rate.burst)",
            "WAIT_\(name)": "\(rate.wait)", "\(name)_EN": "\(rate.requests) per \(english)",
            "\(name)_FR": "\(rate.requests) par \(french)",
        ]
    }

    /// A socket as nginx names it.
    private static func socket(_ address: String) -> String {
        address.hasPrefix("/") ? "unix:\(address)" : address
    }

    /// Entries of a map.
    private static func lines(_ entries: [String]) -> String {
        entries.map { "    \($0)" }.joined(separator: "\n")
    }
}
