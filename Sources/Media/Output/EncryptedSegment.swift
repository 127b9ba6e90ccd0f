import CLibAV
import Crypto
import Glibc
import MediaProtocol

/// One segment file that is encrypted as it is written (RFC 8216 §4.3.2.4: AES-128-CBC, PKCS#7).
final class EncryptedSegment {
    /// Plain bytes so far.
    private(set) var byteCount = 0
    /// Bytes as they lie on the disk, once it is finished (PKCS#7: at least one byte of padding).
    var storedBytes: Int { (byteCount / AES128CBC.blockSize + 1) * AES128CBC.blockSize }
    /// The first block of them, to be found again on the disk.
    private(set) var head: [UInt8] = []
    private let descriptor: Int32
    private let cipher: AES128CBC
    private let buffer: UnsafeMutableRawBufferPointer

    /// Creates or empties `path`.
    ///
    /// - Parameter maxWrite: the most bytes that one `write` is given.
    init(path: String, key: ContentKey, sequenceNumber: Int, maxWrite: Int) throws(MediaError) {
        let cipher: AES128CBC
        do {
            cipher = try AES128CBC(.encrypt, key: key, iv: AES128CBC.iv(sequenceNumber: sequenceNumber))
        } catch {
            throw MediaError(.internal, "The segment cannot be encrypted.", operation: error.operation)
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw .system("open segment", errno) }
        self.descriptor = descriptor
        self.cipher = cipher
        buffer = .allocate(byteCount: maxWrite + AES128CBC.blockSize, alignment: 64)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// Encrypts and writes.
    func write(_ bytes: UnsafeRawBufferPointer) throws(MediaError) {
        do {
            let count = try cipher.update(bytes, into: buffer)
            byteCount += bytes.count
            if head.isEmpty { head = Array(bytes.prefix(AES128CBC.blockSize)) }
            try store(count)
        } catch let error as AES128CBCError {
            throw MediaError(.internal, "The segment cannot be encrypted.", operation: error.operation)
        } catch let error as MediaError {
            throw error
        } catch {
            throw MediaError(.internal, "The segment cannot be written.", operation: "segment")
        }
    }

    /// Encrypts and writes an array.
    func write(_ bytes: [UInt8]) throws(MediaError) {
        let outcome = bytes.withUnsafeBytes { bytes in Result { () throws(MediaError) in try write(bytes) } }
        try outcome.get()
    }

    /// Writes the padded last block. When it reaches the disk is the caller's affair.
    func finish() throws(MediaError) {
        let count: Int
        do {
            count = try cipher.finish(into: buffer)
        } catch {
            throw MediaError(.internal, "The segment cannot be encrypted.", operation: error.operation)
        }
        try store(count)
    }

    private func store(_ count: Int) throws(MediaError) {
        var rest = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw .system("write segment", errno)
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[written...])
        }
    }
}
