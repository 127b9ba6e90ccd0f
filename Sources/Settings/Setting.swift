import Domain

/// One setting as sysadmins know it: its name, its default as they would write it, and what it means.
///
/// `all` is the whole list; the reader refuses to read a name that is not in it, and the documentation's table is
/// written from it.
package struct Setting: Sendable {
    package let name: String
    /// As it would stand in the file; "required", or "none" where the setting may be left out.
    package let defaultText: String
    package let meaning: String
    /// A secret may come from the file that `<name>_FILE` names, or that `FOCUST_SECRETS` and its name give; it is never
    /// repeated in an error.
    package let isSecret: Bool
    /// Whether a running server takes over a change when it is told to reload; others wait for a restart.
    package let isLive: Bool

    private init(
        _ name: String, _ defaultText: String, _ meaning: String, isSecret: Bool = false, isLive: Bool = false
    ) {
        self.name = name
        self.defaultText = defaultText
        self.meaning = meaning
        self.isSecret = isSecret
        self.isLive = isLive
    }

    /// What `focust-video nginx` reads besides, and the server does not.
    package static let nginx: [Setting] = [
        Setting(
            "FOCUST_RATE_TOKENS_PER_USER", "60r/m burst=30",
            "tokens issued for one user to one address; of IPv6, here and below, a network (/64) is one address"
        ),
        Setting(
            "FOCUST_RATE_TOKENS_PER_ADDRESS", "600r/m burst=300",
            "tokens issued to one address; a school may be behind it"),
        Setting("FOCUST_RATE_UPLOADS_PER_ADDRESS", "30r/m burst=10", "uploads begun by one address"),
        Setting("FOCUST_UPLOADS_AT_ONCE", "8", "admitted uploads under way from one address"),
        Setting(
            "FOCUST_UPLOADS_IN_ALL", "64", "admitted uploads under way from all addresses together"),
        Setting(
            "FOCUST_TRUSTED_ADDRESSES", "127.0.0.1,::1",
            "comma-separated addresses or networks that none of these limits counts: the site's own backend"),
        Setting("FOCUST_NGINX_LOG_DIR", "/var/log/nginx", "where nginx logs requests, without tokens"),
        Setting(
            "FOCUST_NGINX_OPERATIONS", "true",
            "false: server.conf leaves out /healthz, /readyz and /metrics, for a site that has such addresses of its own; "
                + "monitoring.conf has them still"),
        Setting(
            "FOCUST_NGINX_MONITORING", "127.0.0.1:9113",
            "where monitoring.conf listens: an address and port of this machine"),
        Setting(
            "FOCUST_NGINX_DECISION_CACHE", "off",
            "1s to 5s: how long nginx goes by a decision about segments; revocation is as late"),
        Setting(
            "FOCUST_NGINX_DECISION_DIR", "/run/focust-video-decisions",
            "where those are kept, in memory if it can be; with FOCUST_INSTANCE, /run/focust-video-INSTANCE-decisions"
        ),
    ]

    package static let all: [Setting] = [
        Setting("SECRET_KEY", "required", "signs media tokens; at least 32 bytes", isSecret: true),
        Setting(
            "FOCUST_PREVIOUS_SECRET_KEYS", "none", "comma-separated keys that still verify and never sign",
            isSecret: true, isLive: true),
        Setting(
            "FOCUST_SECRETS", "none",
            "what precedes a secret's name in the path of its file, such as /etc/focust-video/secrets/"),
        Setting("TOKEN_EXPIRY", "3600", "lifetime of a play token that asks for none, seconds"),
        Setting("FOCUST_MAX_TTL", "86400", "longest lifetime a token may ask for, seconds"),
        Setting("FOCUST_GRANT_MARGIN", "1800", "how long a playlist's grant outlives the video, seconds"),
        Setting(
            "FOCUST_KEEP_REPLACED", "21600",
            "how long a lesson that was replaced stays for those who watch it, seconds at most; 0: not at all"
        ),
        Setting(
            "FOCUST_ALLOWED_ORIGINS", "required",
            "comma-separated web origins that may call and embed, such as https://learner.example.com or "
                + "https://*.example.com", isLive: true),
        Setting(
            "FOCUST_PUBLIC_URL", "required", "how clients reach the server, such as https://video.example.com"
        ),
        Setting("FOCUST_DATA_DIR", "/var/lib/focust-video", "where everything is stored"),
        Setting(
            "FOCUST_LISTEN", "/run/focust-video/fastcgi.sock",
            "socket for playback and API: path or 127.0.0.1:port"),
        Setting(
            "FOCUST_UPLOAD_LISTEN", "/run/focust-video/upload.sock",
            "socket for uploads: path or 127.0.0.1:port"),
        Setting("FOCUST_THREADS", "8", "playback and API requests in flight"),
        Setting("FOCUST_UPLOAD_THREADS", "16", "uploads in flight"),
        Setting(
            "FOCUST_API_KEYS", "required",
            "comma-separated keys of the site's backend, each as key or name:key",
            isSecret: true, isLive: true),
        Setting(
            "FOCUST_KEYLESS_ADDRESSES", "none",
            "comma-separated addresses or networks whose service calls need no API key: a backend that was written for "
                + "the earlier server", isLive: true),
        Setting("FOCUST_IDENTITY_SECRET", "none", "HS256 secret of the users' session JWTs", isSecret: true),
        Setting(
            "FOCUST_IDENTITY_JWKS", "none", "JWKS file that verifies the users' session JWTs (RS256, ES256)"),
        Setting(
            "FOCUST_IDENTITY_ISSUER", "none",
            "comma-separated; a session's iss must be one of them, byte for byte", isLive: true),
        Setting(
            "FOCUST_IDENTITY_AUDIENCE", "none; required with FOCUST_IDENTITY_JWKS",
            "comma-separated; a session's aud must name one of them, byte for byte", isLive: true),
        Setting(
            "FOCUST_ELIGIBILITY_URL", "none",
            "asked before a token is issued; required with sessions, unless FOCUST_SESSIONS_SEE_ALL is true"),
        Setting(
            "FOCUST_SESSIONS_SEE_ALL", "false",
            "true: every user with a session may play and download everything, where the site is not asked",
            isLive: true),
        Setting("FOCUST_OPEN_ISSUANCE", "false", "true: anybody may have tokens issued"),
        Setting("MAX_CONTENT_LENGTH", "104857600", "largest upload request, bytes"),
        Setting(
            "FOCUST_MAX_UPLOAD_SIZE", "2147483648", "largest file of a resumable upload (/upload/tus/), bytes"
        ),
        Setting(
            "FOCUST_MIN_FREE_BYTES", "1073741824",
            "free space below which uploads are refused and conversions wait, bytes"),
        Setting(
            "FOCUST_CONVERSION_JOBS", "half the cores, at least 1",
            "conversions at once; 0 converts nothing here"),
        Setting(
            "FOCUST_CONVERSION_TIMEOUT", "20 times the video, at least 600",
            "longest conversion attempt, seconds"),
        Setting("FOCUST_SEGMENT_SECONDS", "6", "target duration of a segment, seconds"),
        Setting("FOCUST_X264_PRESET", "veryfast", "x264 preset when a video must be re-encoded"),
        Setting("FOCUST_CRF", "22", "x264 quality when a video must be re-encoded, 0 to 51"),
        Setting(
            "FOCUST_MAX_HEIGHT", "1080",
            "largest shorter side of the upright picture, pixels; larger is re-encoded"),
        Setting(
            "FOCUST_RENDITIONS", Ladder.defaultText,
            "renditions for slower lines, below the best one, largest first: shorter side in pixels, colon, highest bit "
                + "rate of the picture, @ and most frames per second; none: every lesson has one rendition"),
        Setting(
            "FOCUST_MAX_BITRATE", "5000k",
            "highest bit rate of the best rendition; a film above it is published as it is, and gives way to an "
                + "encoded one once the others are ready"),
        Setting("FOCUST_CALLBACK_URL", "none", "told of every conversion's end"),
        Setting(
            "FOCUST_CALLBACK_HOSTS", "none",
            "comma-separated hosts that an API key or an upload token may name for callbacks: a host means https and "
                + "port 443, another scheme or port is written out (https://host:8443, http://host)"),
        Setting(
            "FOCUST_CALLBACK_SECRET", "none", "signs callbacks: whsec_ and base64, or the bytes as they are",
            isSecret: true),
        Setting(
            "CALLBACK_BEARER", "none",
            "sent with callbacks as Authorization: Bearer, to https origins of FOCUST_CALLBACK_URL and "
                + "FOCUST_CALLBACK_HOSTS alone", isSecret: true),
        Setting("FOCUST_CALLBACK_ALLOW_PRIVATE", "false", "true: callbacks may go to private addresses"),
        Setting(
            "FOCUST_CALLBACK_EVENTS", "none",
            "comma-separated; what the site is told besides the two ends of a conversion: renditions (all of a lesson's "
                + "renditions are ready)"),
        Setting(
            "FOCUST_INSTANCE", "none",
            "what tells this server from others on this machine, such as staging: a part of the names of its places and of nginx's names"
        ),
        Setting(
            "FOCUST_NGINX_PREFIX", "none",
            "a path below which nginx has all addresses, such as /video; FOCUST_PUBLIC_URL ends in it"),
        Setting("FOCUST_ACCEL_PREFIX", "/_focust", "nginx's internal location, below FOCUST_NGINX_PREFIX"),
        Setting(
            "FOCUST_LOG_LEVEL", "info", "trace, debug, info, notice, warning, error or critical", isLive: true
        ),
        Setting("FOCUST_LOG_FORMAT", "logfmt", "logfmt or json"),
    ]
}
