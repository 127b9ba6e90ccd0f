import Crypto
import Glibc
import MediaProtocol

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
            throw OutputRule.decrypts.broken("segment \(sequenceNumber), \(error.operation)")
        }
    }

    /// Looks at a finished segment's length on disk, its first blocks and its last, which carries the padding.
    ///
    /// - Parameter plainHead: the first block before it was encrypted: the IV shows in it alone.
    ///
    /// CBC needs only the block before one to decrypt it, so the middle is not read.
    func check(
        _ path: String, sequenceNumber: Int, head plainHead: [UInt8], plainCount: Int
    ) throws(MediaError) {
        let file = try FileInput(path: path, cancellation: nil)
        let block = AES128CBC.blockSize
        let padded = (plainCount / block + 1) * block
        guard file.size == padded else {
            throw OutputRule.decrypts.broken("segment \(sequenceNumber), length")
        }
        let head = file.bytes(at: 0, count: block)
        let tail = file.bytes(at: file.size - Int64(2 * block), count: 2 * block)
        let iv = AES128CBC.iv(sequenceNumber: sequenceNumber)
        do {
            let first = try AES128CBC(.decrypt, key: key, iv: iv).finishWithoutPadding(with: head)
            let rest = try AES128CBC(.decrypt, key: key, iv: Array(tail.prefix(block))).finish(
                with: Array(tail.dropFirst(block)))
            guard first == plainHead, rest.count == plainCount % block else {
                throw OutputRule.decrypts.broken("segment \(sequenceNumber), its ends")
            }
        } catch let error as AES128CBCError {
            throw OutputRule.decrypts.broken("segment \(sequenceNumber), \(error.operation)")
        } catch let error as MediaError {
            throw error
        } catch {
            throw OutputRule.decrypts.broken("segment \(sequenceNumber)")
        }
    }

    /// The bytes of the file at `path`.
    static func contents(_ path: String) throws(MediaError) -> [UInt8] {
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
