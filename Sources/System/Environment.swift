import Glibc

/// The environment of this process, environ(7).
package enum Environment {
    /// Its variables; of a name that occurs twice, the last.
    package static func values() -> [String: String] {
        var values: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee.map({ String(cString: $0) }) {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return values
    }
}
