import Domain

/// `Upload-Checksum` (tus 1.0.0, Checksum): an algorithm, and the digest of one part in base64.
package struct UploadChecksum: Equatable, Sendable {
    package enum Algorithm: String, CaseIterable, Sendable {
        case sha1, sha256

        var digestBytes: Int {
            switch self {
            case .sha1: 20
            case .sha256: 32
            }
        }
    }

    package let algorithm: Algorithm
    package let digest: [UInt8]

    /// Refuses with `malformed_request` another algorithm, or what is no digest of it.
    package init(parsing header: String) throws(Refusal) {
        let parts = header.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: String(Substring(parts[0]))),
            let digest = Base64.decode(parts[1]), digest.count == algorithm.digestBytes
        else {
            throw Refusal(
                .malformedRequest, "Upload-Checksum must be sha1 or sha256, and the digest in base64.",
                field: "Upload-Checksum")
        }
        self.algorithm = algorithm
        self.digest = digest
    }
}
