import Crypto
import Domain
import Formats

/// Signs webhooks the Standard Webhooks way: HMAC-SHA-256 of `id.timestamp.body`, so that a receiver knows
/// who sent a message, and that it is neither altered nor old.
package struct WebhookSignature: Sendable {
    /// The headers' names, in lower case as the specification writes them.
    package static let idHeader = "webhook-id"
    package static let timestampHeader = "webhook-timestamp"
    package static let signatureHeader = "webhook-signature"

    private let key: HMACSHA256

    /// `secret` is `whsec_` and the key in base64, or else the key's bytes as they are.
    package init(secret: Secret) {
        key = HMACSHA256(key: Self.keyBytes(of: secret.bytes))
    }

    /// The value of `webhook-signature`. `id` has no dot in it; the timestamp counts in whole seconds.
    package func value(id: String, timestamp: Timestamp, body: [UInt8]) -> String {
        let message = Array("\(id).\(timestamp.seconds).".utf8) + body
        let tag = key.tag(message.span)
        return "v1,\(Base64.encode(tag.span))"
    }

    private static func keyBytes(of secret: [UInt8]) -> [UInt8] {
        let prefix = Array("whsec_".utf8)
        guard secret.starts(with: prefix) else { return secret }
        return Base64.decode(secret[prefix.count...], .lenient) ?? secret
    }
}
