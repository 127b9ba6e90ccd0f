import Domain
import Formats

extension RequestContext {
    /// The most bytes of a body of JSON: as many as nginx lets through.
    static let maxJSONBytes = 65536

    /// The body, which must be one JSON value of at most `limit` bytes. Refuses with `too_large` or
    /// `malformed_request`.
    func json(atMost limit: Int) throws(Refusal) -> JSONValue {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while case let count = body.read(into: &buffer, atMost: buffer.count), count > 0 {
            bytes += buffer[..<count]
            guard bytes.count <= limit else {
                var refusal = Refusal(.tooLarge, "The body is larger than \(limit) bytes.")
                refusal.limit = ByteCount(limit)
                throw refusal
            }
        }
        do {
            return try JSONValue.parse(bytes)
        } catch {
            throw Refusal(.malformedRequest, "The body must be a JSON object: \(error.reason).")
        }
    }
}
