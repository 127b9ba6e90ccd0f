/// nginx's configuration as it is in effect, from what `nginx -T` prints: each file under a line that names it.
struct NginxConfiguration {
    /// The text of each file, by its path.
    let files: [String: String]
    let text: String
    /// Whom the worker processes run as.
    let user: String
    let group: String?

    init(_ text: String) {
        self.text = text
        var files: [String: [Substring]] = [:]
        var current = ""
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isLineEnd) {
            if line.hasPrefix("# configuration file "), line.hasSuffix(":") {
                current = String(line.dropFirst(21).dropLast())
                // A file that is included twice is printed twice.
                files[current] = []
            } else {
                files[current, default: []].append(line)
            }
        }
        self.files = files.mapValues { $0.joined(separator: "\n") }
        let words = Self.directive("user", in: text)
        user = words.first ?? "www-data"
        group = words.count > 1 ? words[1] : nil
    }

    /// The text of one of our files, by its name and the directory of the instance; nil where it is not included.
    func own(_ name: String, of place: String) -> String? {
        files.first { $0.key.hasSuffix("/\(place)/\(name)") }?.value
    }

    /// The first value of a directive that stands on a line of its own, without quotes; nil where it does not.
    func value(of directive: String) -> String? {
        Self.directive(directive, in: text).first.map { $0.filter { $0 != "\"" && $0 != "'" } }
    }

    /// The values of a directive that stands on a line of its own.
    private static func directive(_ name: String, in text: String) -> [String] {
        for line in text.split(whereSeparator: \.isLineEnd) {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == ";" }
            if words.first == name[...], line.contains(";") { return words.dropFirst().map(String.init) }
        }
        return []
    }
}

extension Character {
    /// Of a file that was written here, or on Windows: a line end of two characters is one Character.
    var isLineEnd: Bool { self == "\n" || self == "\r\n" }
}
