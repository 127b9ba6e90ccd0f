import Glibc
import System

/// `nginx/render`, which writes nginx's files: beside this executable in a checkout, or where the package puts it.
struct NginxRender {
    private let path: String

    /// Nil where there is none.
    static func find() -> NginxRender? {
        let executable = Machine.executable
        guard !executable.isEmpty else { return nil }
        let directory = executable.split(separator: "/").dropLast()
        // /usr/bin, or .build/x86_64-unknown-linux-gnu/release.
        let places = [(1, "share/focust-video/nginx/render"), (3, "nginx/render")]
        for (up, place) in places {
            let path = "/" + (directory.dropLast(up) + [Substring(place)]).joined(separator: "/")
            if access(path, X_OK) == 0 { return NginxRender(path: path) }
        }
        return nil
    }

    /// What it writes from the settings of today, by file name; nil where it refuses them.
    func files() -> [String: String]? {
        // It reads the same environment and file; and writes nothing that stays.
        let script = """
            directory=$(mktemp -d) && trap 'rm -rf "$directory"' EXIT && \(Command.quoted(path)) "$directory" \
            && cd "$directory" && for file in *.conf; do echo "# configuration file /focust-video/$file:"; \
            cat "$file"; done
            """
        guard let outcome = Command.run(script), outcome.status == 0 else { return nil }
        let files = NginxConfiguration(outcome.text).files
        return Dictionary(
            files.compactMap { path, text in path.isEmpty ? nil : (String(path.dropFirst(14)), text) }
        ) { $1 }
    }
}
