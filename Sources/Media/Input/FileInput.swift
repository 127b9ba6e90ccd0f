import CLibAV
import Glibc
import MediaProtocol

/// One regular file as libav's only source of bytes: reads and seeks on a descriptor, and no protocol at all.
///
/// avio.h: avio_alloc_context. A playlist or script that names other files gets no way to open them.
final class FileInput {
    /// Large enough that a film of some megabits costs few system calls, small enough to stay in the cache.
    private static let bufferSize: Int32 = 256 << 10

    /// Bytes of the file, or of the part that is read, when it was opened.
    let size: Int64
    /// Where that part begins in the file.
    private let start: Int64
    /// Where libav reads next, from there.
    private var position: Int64 = 0
    private let descriptor: Int32
    private let cancellation: Cancellation?
    /// The boxes of an MP4's or MOV's tracks, each with its track ID; read once.
    private(set) lazy var tracks = readTracks()
    private var ownedContext: UnsafeMutablePointer<AVIOContext>?

    /// Opens `path`; refuses what is not a regular file (a FIFO would hang, a device never ends).
    ///
    /// - Parameter part: the bytes that are read, as if they were a file; nil for all.
    init(path: String, part: Range<Int64>? = nil, cancellation: Cancellation?) throws(MediaError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else { throw .system("open", errno) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw MediaError(.unsupported, "This is not a file.", operation: "fstat")
        }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
        self.descriptor = descriptor
        let whole = 0..<Int64(facts.st_size)
        let part = part?.clamped(to: whole) ?? whole
        start = part.lowerBound
        size = Int64(part.count)
        self.cancellation = cancellation
    }

    deinit {
        if let context = ownedContext {
            av_free(context.pointee.buffer)
            avio_context_free(&ownedContext)
        }
        close(descriptor)
    }

    /// The context to hand to a demuxer, made once; it lives as long as this object.
    func context() throws(MediaError) -> UnsafeMutablePointer<AVIOContext> {
        if let ownedContext { return ownedContext }
        guard let buffer = av_malloc(Int(Self.bufferSize)) else { throw .outOfMemory("av_malloc") }
        let opaque = Unmanaged.passUnretained(self).toOpaque()
        let context = avio_alloc_context(
            buffer.assumingMemoryBound(to: UInt8.self), Self.bufferSize, 0, opaque,
            { opaque, buffer, count in FileInput.from(opaque)?.read(buffer, count) ?? focust_averror_exit },
            nil,
            { opaque, offset, whence in FileInput.from(opaque)?.seek(offset, whence) ?? -1 })
        guard let context else {
            av_free(buffer)
            throw .outOfMemory("avio_alloc_context")
        }
        ownedContext = context
        return context
    }

    /// Reads at `offset` without moving libav's position. Returns fewer bytes at the end of the file.
    func bytes(at offset: Int64, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, initialized in
            let count = min(buffer.count, Int(max(0, size - max(0, offset))))
            initialized = max(0, pread(descriptor, buffer.baseAddress, count, off_t(start + offset)))
        }
    }

    private static func from(_ opaque: UnsafeMutableRawPointer?) -> FileInput? {
        opaque.map { Unmanaged<FileInput>.fromOpaque($0).takeUnretainedValue() }
    }

    private func read(_ buffer: UnsafeMutablePointer<UInt8>?, _ count: Int32) -> Int32 {
        if cancellation?.isCancelled == true { return focust_averror_exit }
        let left = max(0, size - position)
        while true {
            let received = pread(descriptor, buffer, Int(min(Int64(count), left)), off_t(start + position))
            if received > 0 {
                position += Int64(received)
                return Int32(received)
            }
            if received == 0 { return focust_averror_eof }
            if errno != EINTR { return -errno }
        }
    }

    private func seek(_ offset: Int64, _ whence: Int32) -> Int64 {
        if whence & AVSEEK_SIZE != 0 { return size }
        let origin =
            switch whence & ~AVSEEK_FORCE {
            case SEEK_CUR: position
            case SEEK_END: size
            default: Int64(0)
            }
        // As far behind the end as any file may be long: what is added to it does not overflow.
        let (target, isTooFar) = origin.addingReportingOverflow(offset)
        guard !isTooFar, (0...Int64.max / 2).contains(target) else { return Int64(-EINVAL) }
        position = target
        return target
    }
}
