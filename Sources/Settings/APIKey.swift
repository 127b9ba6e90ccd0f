import Crypto

/// A key of the site's backend; its name, not the key, goes to the log.
package struct APIKey: Sendable {
    package let name: String
    package let secret: Secret

    package init(name: String, secret: Secret) {
        self.name = name
        self.secret = secret
    }

    /// `name:key`, or a key alone, which gets the name `key-<number>`; nil where the key is shorter than 16 bytes:
    /// what can be guessed is no key.
    package init?(_ text: String, number: Int) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts.last ?? ""
        guard key.utf8.count >= 16 else { return nil }
        self.init(name: parts.count == 2 ? String(parts[0]) : "key-\(number)", secret: Secret(key))
    }
}
