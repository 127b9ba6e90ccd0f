import Domain

extension Settings {
    /// What directories and files of this server are called: `focust-video`, or `focust-video-staging`.
    package var place: String { Self.place(of: instance) }

    /// A unit of systemd: `focust-video.service`, or `focust-video@staging.service`.
    package func unit(_ name: String, _ kind: String) -> String {
        instance.isEmpty ? "\(name).\(kind)" : "\(name)@\(instance).\(kind)"
    }

    static func place(of instance: String) -> String {
        instance.isEmpty ? "focust-video" : "focust-video-\(instance)"
    }

    /// The path of the public URL; empty where it has none.
    package var publicPath: String {
        guard let scheme = Origin(of: publicURL)?.scheme else { return "" }
        return String(publicURL.dropFirst(scheme.utf8.count + 3).drop { $0 != "/" })
    }

    /// What of that path something in front of nginx must take away, because nginx does not know it.
    package var foreignPath: String { String(publicPath.dropLast(nginxPrefix.count)) }
}
