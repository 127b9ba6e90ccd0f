import Crypto
import Domain

extension Settings {
    /// What a process is for.
    package enum Role: Sendable {
        /// Playback, interface, uploads and conversions.
        case serve
        /// Conversions alone: it holds no key and answers nobody.
        case work
        /// Writing nginx's files: addresses and origins, and no secret.
        case nginx
    }

    /// The least bytes of `SECRET_KEY`: as many as HMAC-SHA-256 makes use of (RFC 7518 §3.2).
    package static let minKeyBytes = 32

    /// Settings from `NAME=value` pairs (environment before file is the caller's doing).
    ///
    /// Throws all that is missing or wrong; in the role `work` no secret and no address is required, in the role `nginx` no secret. `cores` gives the default number of conversions.
    package init(
        values: [String: String], role: Role = .serve, cores: Int, readFile: @escaping (String) -> [UInt8]?
    ) throws(SettingsErrors) {
        var reader = SettingsReader(values: values, role: role, readFile: readFile)
        let instance = Self.readInstance(&reader)
        let place = Self.place(of: instance)
        let prefix = Self.readPrefix(&reader)
        let key = Self.readKey(&reader)
        let origins = Self.readOrigins(&reader)
        let url = Self.readPublicURL(&reader)
        let openIssuance = reader.flag("FOCUST_OPEN_ISSUANCE")
        let keyless = Self.readKeylessAddresses(&reader)
        let maxTTL = reader.integer("FOCUST_MAX_TTL", or: 86400, in: 1...31_536_000, unit: "seconds")
        self.init(
            signingKey: key ?? Secret(""),
            previousKeys: Self.readPreviousKeys(&reader),
            tokenExpiry: reader.integer(
                "TOKEN_EXPIRY", or: min(3600, maxTTL), in: 1...maxTTL, unit: "seconds"),
            maxTTL: maxTTL,
            grantMargin: reader.integer("FOCUST_GRANT_MARGIN", or: 1800, in: 0...86400, unit: "seconds"),
            keepReplaced: reader.integer(
                "FOCUST_KEEP_REPLACED", or: 21600, in: 0...31_536_000, unit: "seconds"),
            allowedOrigins: origins ?? AllowedOrigins([]),
            publicURL: url ?? "",
            dataDirectory: Self.readServedPath(&reader, "FOCUST_DATA_DIR", "/var/lib/\(place)"),
            listen: Self.readAddress(&reader, "FOCUST_LISTEN", "/run/\(place)/fastcgi.sock"),
            uploadListen: Self.readAddress(&reader, "FOCUST_UPLOAD_LISTEN", "/run/\(place)/upload.sock"),
            threads: reader.integer("FOCUST_THREADS", or: 8, in: 1...256),
            uploadThreads: reader.integer("FOCUST_UPLOAD_THREADS", or: 16, in: 1...256),
            apiKeys: Self.readAPIKeys(&reader, isRequired: !openIssuance && keyless.isEmpty),
            keylessAddresses: keyless,
            openIssuance: openIssuance,
            identitySecret: Self.readOptionalKey(&reader, "FOCUST_IDENTITY_SECRET"),
            identityJWKS: Self.readOptionalPath(&reader, "FOCUST_IDENTITY_JWKS"),
            identityIssuers: reader.list("FOCUST_IDENTITY_ISSUER"),
            identityAudiences: reader.list("FOCUST_IDENTITY_AUDIENCE"),
            sessionsSeeAll: reader.flag("FOCUST_SESSIONS_SEE_ALL"),
            eligibilityURL: Self.readURL(&reader, "FOCUST_ELIGIBILITY_URL"),
            maxContentLength: ByteCount(
                reader.integer("MAX_CONTENT_LENGTH", or: 104_857_600, in: 1...(1 << 40))),
            maxUploadSize: ByteCount(
                reader.integer("FOCUST_MAX_UPLOAD_SIZE", or: 1 << 31, in: 1...(1 << 40))),
            minFreeBytes: ByteCount(reader.integer("FOCUST_MIN_FREE_BYTES", or: 1 << 30, in: 0...(1 << 50))),
            conversionJobs: reader.integer("FOCUST_CONVERSION_JOBS", or: max(1, cores / 2), in: 0...64),
            conversionTimeout: Self.readTimeout(&reader),
            segmentSeconds: reader.integer(
                "FOCUST_SEGMENT_SECONDS", or: ConversionDefaults.segmentSeconds,
                in: ConversionDefaults.segmentSecondsRange, unit: "seconds"),
            x264Preset: Self.readChoice(
                &reader, "FOCUST_X264_PRESET", ConversionDefaults.preset, Self.presets),
            crf: reader.integer("FOCUST_CRF", or: ConversionDefaults.crf, in: ConversionDefaults.crfRange),
            maxHeight: reader.integer(
                "FOCUST_MAX_HEIGHT", or: ConversionDefaults.maxHeight,
                in: ConversionDefaults.maxHeightRange, unit: "pixels"),
            ladder: Self.readLadder(&reader),
            callbackURL: Self.readURL(&reader, "FOCUST_CALLBACK_URL"),
            callbackOrigins: Self.readCallbackOrigins(&reader),
            callbackSecret: reader.text("FOCUST_CALLBACK_SECRET").map { Secret($0) },
            callbackBearer: reader.text("CALLBACK_BEARER").map { Secret($0) },
            callbackAllowPrivate: reader.flag("FOCUST_CALLBACK_ALLOW_PRIVATE"),
            callbackEvents: Self.readCallbackEvents(&reader),
            instance: instance,
            nginxPrefix: prefix,
            accelPrefix: prefix + Self.readAccelPrefix(&reader),
            logLevel: Self.readChoice(&reader, "FOCUST_LOG_LEVEL", "info", Self.logLevels),
            logFormat: Self.readChoice(&reader, "FOCUST_LOG_FORMAT", "logfmt", ["logfmt", "json"]))
        if let path = reader.text("FOCUST_SECRETS"), !path.hasPrefix("/") {
            reader.complain(
                "FOCUST_SECRETS", path, "an absolute path, with a slash at its end for a directory")
        }
        // Our own download tokens would pass for the sessions of a user named "download".
        if let identitySecret,
            ([signingKey] + previousKeys).contains(where: { $0.bytes == identitySecret.bytes })
        {
            reader.complain("FOCUST_IDENTITY_SECRET", "[redacted]", "another secret than SECRET_KEY")
        }
        checkSessions(&reader)
        if let url, !publicPath.hasSuffix(prefix) {
            reader.complain(
                "FOCUST_PUBLIC_URL", url, "a URL that ends in \(prefix), because FOCUST_NGINX_PREFIX is that")
        }
        guard reader.errors.isEmpty else { throw SettingsErrors(errors: reader.errors) }
        given = reader.given
    }

    /// A provider whose keys are public signs for other applications too, so a session must say that it is for this one.
    /// Where neither the site is asked nor the sysadmin said so, a session must not open everything.
    private func checkSessions(_ reader: inout SettingsReader) {
        guard reader.role == .serve, hasSessions else { return }
        if identityJWKS != nil && identityAudiences.isEmpty {
            reader.complain(
                "FOCUST_IDENTITY_AUDIENCE", nil,
                "what aud says in sessions for this site, because the provider of FOCUST_IDENTITY_JWKS signs for others too"
            )
        }
        let isAskedFor = reader.errors.contains { $0.name == "FOCUST_ELIGIBILITY_URL" }
        if eligibilityURL == nil && !sessionsSeeAll && !isAskedFor {
            reader.complain(
                "FOCUST_ELIGIBILITY_URL", nil,
                "an http or https URL where users have sessions, or FOCUST_SESSIONS_SEE_ALL must be true")
        }
    }

    private static func readKey(_ reader: inout SettingsReader) -> Secret? {
        reader.required(
            "SECRET_KEY", expected: "at least \(minKeyBytes) bytes", hint: .shortKey
        ) {
            $0.utf8.count >= minKeyBytes ? Secret($0) : nil
        }
    }

    private static func readPreviousKeys(_ reader: inout SettingsReader) -> [Secret] {
        let keys = reader.list("FOCUST_PREVIOUS_SECRET_KEYS")
        if keys.contains(where: { $0.utf8.count < minKeyBytes }) {
            reader.complain(
                "FOCUST_PREVIOUS_SECRET_KEYS", "[redacted]",
                "comma-separated keys of at least \(minKeyBytes) bytes", Hint.shortPreviousKey)
        }
        return keys.map { Secret($0) }
    }

    private static func readOptionalKey(_ reader: inout SettingsReader, _ name: String) -> Secret? {
        reader.optional(name, expected: "at least \(minKeyBytes) bytes") {
            $0.utf8.count >= minKeyBytes ? Secret($0) : nil
        }
    }

    private static func readOrigins(_ reader: inout SettingsReader) -> AllowedOrigins? {
        let expected = "comma-separated origins such as https://learner.example.com or https://*.example.com"
        return reader.required("FOCUST_ALLOWED_ORIGINS", expected: expected, hint: .origins) { text in
            let parts = text.split(separator: ",").map { $0.trimmed() }
            let entries = parts.compactMap { AllowedOrigins.Entry($0) }
            return entries.count == parts.count && !entries.isEmpty ? AllowedOrigins(entries) : nil
        }
    }

    /// A path below the origin is allowed, for a server that shares its domain.
    private static func readPublicURL(_ reader: inout SettingsReader) -> String? {
        reader.required(
            "FOCUST_PUBLIC_URL", expected: "an http or https URL without a slash at its end",
            hint: .publicURL
        ) {
            isURL($0) && $0.last != "/" && !$0.contains("?") && !$0.contains("#") ? $0 : nil
        }
    }

    private static func readURL(_ reader: inout SettingsReader, _ name: String) -> String? {
        reader.optional(name, expected: "an http or https URL") { isURL($0) ? $0 : nil }
    }

    /// A host alone means https and its port, 443; another scheme or port is written out.
    private static func readCallbackOrigins(_ reader: inout SettingsReader) -> [Origin] {
        let entries = reader.list("FOCUST_CALLBACK_HOSTS")
        let origins = entries.compactMap { (entry) -> Origin? in
            let text = entry.contains("://") ? entry : "https://\(entry)"
            guard let origin = Origin(of: text) else { return nil }
            // Nothing behind it: a path would look as if it counted.
            let rest = text.dropFirst(origin.scheme.utf8.count + 3)
            return rest.contains { "/?#".contains($0) } ? nil : origin
        }
        if origins.count != entries.count {
            reader.complain(
                "FOCUST_CALLBACK_HOSTS", entries.joined(separator: ","),
                "comma-separated hosts such as learn.example.com, or origins such as http://10.0.0.5:8080")
        }
        return origins
    }

    private static func isURL(_ text: String) -> Bool {
        Origin(of: text) != nil && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }
    }

    private static func readAPIKeys(_ reader: inout SettingsReader, isRequired: Bool) -> [APIKey] {
        let expected = "comma-separated keys of at least 16 bytes, each as key or name:key"
        let texts = reader.list("FOCUST_API_KEYS")
        let keys = texts.enumerated().compactMap { APIKey($1, number: $0 + 1) }
        if keys.count != texts.count { reader.complain("FOCUST_API_KEYS", "[redacted]", expected) }
        if texts.isEmpty && isRequired && reader.role == .serve {
            reader.complain("FOCUST_API_KEYS", nil, expected)
        }
        return keys
    }

    /// A network of all addresses is refused: it would open uploads and deletions to everybody.
    private static func readKeylessAddresses(_ reader: inout SettingsReader) -> KeylessAddresses {
        let texts = reader.list("FOCUST_KEYLESS_ADDRESSES")
        let ranges = texts.compactMap { AddressRange($0) }.filter { $0.bits > 0 }
        if ranges.count != texts.count {
            reader.complain(
                "FOCUST_KEYLESS_ADDRESSES", texts.joined(separator: ","),
                "comma-separated addresses or networks such as 192.0.2.10 or 2001:db8::/64, and not all there are"
            )
        }
        return KeylessAddresses(ranges)
    }

    /// A path that nginx's files name too, where it stands in double quotes and `$` begins a variable. Slashes at its end
    /// are left out.
    static func readServedPath(_ reader: inout SettingsReader, _ name: String, _ fallback: String) -> String {
        let expected = "an absolute path without quotes, brackets, braces, backslash, $ or ;"
        return reader.value(name, or: fallback, expected: expected) { text in
            var path = text[...]
            while path.count > 1, path.last == "/" { path.removeLast() }
            return path != "/" && isServedPath(path) ? String(path) : nil
        }
    }

    private static func isServedPath(_ text: some StringProtocol) -> Bool {
        text.hasPrefix("/")
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F && !#""'[]{}\$;"#.utf8.contains($0) }
    }

    private static func readOptionalPath(_ reader: inout SettingsReader, _ name: String) -> String? {
        reader.optional(name, expected: "an absolute path") { isPath($0) ? $0 : nil }
    }

    private static func isPath(_ text: String) -> Bool { text.hasPrefix("/") && !text.contains("\0") }

    private static func readAddress(_ reader: inout SettingsReader, _ name: String, _ fallback: String)
        -> String
    {
        reader.value(
            name, or: fallback,
            expected:
                "an absolute path of at most 107 bytes without quotes, brackets, braces, backslash, $ or ;, or 127.0.0.1:port"
        ) {
            let port = $0.split(separator: ":").last.flatMap { Int($0) } ?? 0
            let isTCP = $0.hasPrefix("127.0.0.1:") && (1...65535).contains(port)
            return isTCP || (isServedPath($0) && $0.utf8.count <= 107) ? $0 : nil
        }
    }

    private static func readTimeout(_ reader: inout SettingsReader) -> Int? {
        reader.optional(
            "FOCUST_CONVERSION_TIMEOUT", expected: "a whole number of seconds from 1 to 604800"
        ) {
            Int($0).flatMap { (1...604_800).contains($0) ? $0 : nil }
        }
    }

    private static func readChoice(
        _ reader: inout SettingsReader, _ name: String, _ fallback: String, _ choices: [String]
    ) -> String {
        reader.value(name, or: fallback, expected: choices.joined(separator: ", ")) {
            choices.contains($0) ? $0 : nil
        }
    }

    private static func readAccelPrefix(_ reader: inout SettingsReader) -> String {
        reader.value("FOCUST_ACCEL_PREFIX", or: "/_focust", expected: "a path such as /_focust") {
            isLocation($0) ? $0 : nil
        }
    }

    private static func readPrefix(_ reader: inout SettingsReader) -> String {
        let expected = "a path such as /video, without a slash at its end"
        return reader.value("FOCUST_NGINX_PREFIX", or: "", expected: expected) { isLocation($0) ? $0 : nil }
    }

    /// A path whose names are ids: it stands in nginx's locations, in regular expressions and in addresses as it is.
    private static func isLocation(_ text: String) -> Bool {
        let names = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        return text.hasPrefix("/") && !names.isEmpty && names.allSatisfy { Identifier($0) != nil }
    }

    static func readInstance(_ reader: inout SettingsReader) -> String {
        let expected = "at most 12 small letters and digits, a letter first, such as staging"
        // With these its places would be others of the first: /run/focust-video-secrets.
        let taken = ["secrets", "decisions"]
        return reader.value("FOCUST_INSTANCE", or: "", expected: expected) { text in
            let isName = text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
            return isName && !taken.contains(text) && text.utf8.count <= 12 && (text.utf8.first ?? 0) >= 0x61
                ? text : nil
        }
    }
}
