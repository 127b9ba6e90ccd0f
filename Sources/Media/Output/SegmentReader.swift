import Crypto
import Glibc

/// Reads finished segments back, decrypted.
struct SegmentReader {
    let key: ContentKey

    /// The plain bytes of the segment at `path`.
    ///
    /// Throws `.invalidOutput` where the padding is not what this key and number would have left.
    func plain(_ path: String, sequenceNumber: Int) throws(MediaError) -> [UInt8] {
        let encrypted = try Self.contents(path)
        do {
            let cipher = try AES128CBC(.decrypt, key: key, iv: AES128CBC.iv(sequenceNumber: sequenceNumber))
            return try cipher.finish(with: encrypted)
        } catch {
            throw MediaError(
                .invalidOutput, "A segment cannot be decrypted again.", operation: error.operation,
                rule: "segment-decrypts")
        }
    }

    private static func contents(_ path: String) throws(MediaError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open segment", errno) }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0 else { throw .system("fstat segment", errno) }
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(facts.st_size)) { buffer, initialized in
            while initialized < buffer.count {
                let rest = buffer.baseAddress.map { $0 + initialized }
                let count = read(descriptor, rest, buffer.count - initialized)
                if count < 0 && errno == EINTR { continue }
                if count < 0 { failure = errno }
                guard count > 0 else { return }
                initialized += count
            }
        }
        guard failure == 0 else { throw .system("read segment", failure) }
        return bytes
    }
}
