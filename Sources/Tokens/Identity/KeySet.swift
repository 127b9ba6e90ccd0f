import Crypto
import Formats

/// The usable keys of a JSON Web Key Set (RFC 7517 §5).
struct KeySet: Sendable {
    /// The most bytes a set may have.
    static let maxBytes = 256 << 10
    /// The most keys a set may hold: a token that names none is tried against every one of its algorithm.
    static let maxKeys = 32

    /// One key and the id that tokens call it by.
    private struct Entry: Sendable {
        let id: String?
        let key: PublicKey
    }

    static let empty = KeySet(entries: [])
    private let entries: [Entry]

    private init(entries: [Entry]) {
        self.entries = entries
    }

    /// Reads a set. Keys that are not for verifying with RS256 or ES256, or that are no good, are passed
    /// over, as RFC 7517 §5 asks; a set of which none is left is an error, one without any key is a set that
    /// admits nobody.
    init(parsing bytes: [UInt8]) throws(KeySetError) {
        let document: JSONValue
        do {
            document = try JSONValue.parse(bytes, limits: JSONLimits(maxBytes: Self.maxBytes))
        } catch { throw .notJSON(error) }
        guard let keys = document["keys"]?.arrayValue else { throw .noKeysMember }
        guard keys.count <= Self.maxKeys else { throw .tooManyKeys(keys.count) }
        entries = keys.compactMap { member in
            JSONWebKey.publicKey(member).map { Entry(id: member["kid"]?.stringValue, key: $0) }
        }
        guard keys.isEmpty || !entries.isEmpty else { throw .noUsableKey(of: keys.count) }
    }

    /// The keys made for `algorithm` that `id` names, or all of them where a token names none.
    ///
    /// Ids are compared byte for byte; Swift would take two spellings of one text for equal.
    func keys(for algorithm: PublicKey.Algorithm, id: String?) -> [PublicKey] {
        entries.filter { entry in
            guard entry.key.algorithm == algorithm else { return false }
            guard let id else { return true }
            return entry.id?.utf8.elementsEqual(id.utf8) ?? false
        }.map(\.key)
    }
}
