import Settings

/// The list of settings as documents: whoever writes one of them by hand would forget the next setting.
enum SettingsList {
    /// All of them, to copy from into `/etc/focust-video/focust-video.env`.
    static var environmentFile: String {
        """
        # All settings of focust-video, in the syntax of systemd's EnvironmentFile=, with the values that they have unless
        # /etc/focust-video/focust-video.env says otherwise. Copy there what you change: this list is replaced at each
        # upgrade, and that file never. After a change:
        #
        #   focust-video check
        #   systemctl reload focust-video     (what is marked "live"; else systemctl restart, which refuses nobody)
        #   focust-video nginx /etc/nginx/focust-video && nginx -t && systemctl reload nginx
        #
        # Secrets do not belong here: each has a file of its name in this directory, which root alone reads.
        FOCUST_SECRETS=/etc/focust-video/secrets/

        """ + Setting.all.filter { $0.name != "FOCUST_SECRETS" }.map(entry).joined()
            + "\n# Read by `focust-video nginx` alone.\n" + Setting.nginx.map(entry).joined()
    }

    /// A table in Markdown.
    static var table: String {
        "| name | default | meaning |\n| --- | --- | --- |\n"
            + Setting.all.map(row).joined() + Setting.nginx.map(row).joined()
    }

    /// The settings that have a value among `values`, a line for each; a secret's value is not shown.
    static func given(_ values: [String: String]) -> String {
        let secrets = Setting.all.filter(\.isSecret).map(\.name)
        let names = (Setting.all + Setting.nginx).map(\.name) + secrets.map { "\($0)_FILE" }
        return names.filter { values[$0]?.isEmpty == false }.map { name in
            "\(name)=\(secrets.contains(name) ? "[redacted]" : values[name] ?? "")\n"
        }.joined()
    }

    private static func entry(_ setting: Setting) -> String {
        let marks = [
            setting.defaultText == "required" ? "required" : nil, setting.isSecret ? "secret" : nil,
            setting.isLive ? "live" : nil,
        ].compactMap(\.self)
        let note = marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))"
        let comment = "\n# \(setting.meaning)\(note)\n"
        if setting.isSecret { return comment + "# in /etc/focust-video/secrets/\(setting.name)\n" }
        return comment + "#\(setting.name)=\(isValue(setting) ? setting.defaultText : "")\n"
    }

    /// Whether the default could stand in the file, and is not words about it.
    private static func isValue(_ setting: Setting) -> Bool {
        !["required", "none"].contains(setting.defaultText) && !setting.defaultText.contains(", ")
    }

    private static func row(_ setting: Setting) -> String {
        let name = "`\(setting.name)`" + (setting.isLive ? " *" : "")
        let isWords = setting.defaultText == "required" || setting.defaultText == "none" || !isValue(setting)
        let value = isWords ? setting.defaultText : "`\(setting.defaultText)`"
        return "| \(name) | \(value) | \(setting.meaning) |\n"
    }
}
