import Glibc
import MediaProtocol

/// A picture on its way to an encoder.
///
/// Sendable, because of each `Frame` there is one owner at a time: whoever puts it into a queue keeps none, and the pixels
/// that several frames share are only read (frame.h: av_frame_ref counts atomically).
struct Picture: @unchecked Sendable {
    let frame: Frame
    /// Of the first rendition's clock, 90 kHz.
    let pts: Int64
    /// A segment begins with it, in every rendition.
    let isCut: Bool
}

/// The pictures that wait for one encoder: few, so that memory stays bounded and the slowest one sets the pace.
///
/// Sendable, because all its state is read and written under `mutex` alone.
final class PictureQueue: @unchecked Sendable {
    private static let maxCount = 8
    private static let maxBytes = 64 << 20

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var pictures: [Picture] = []
    private var bytes = 0
    private var isClosed = false
    private var isAborted = false

    init() {
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(changed, nil)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    /// Waits for room, and puts a picture at the end; false once the work was given up.
    func put(_ picture: Picture) -> Bool {
        locked {
            while isFull && !isAborted { pthread_cond_wait(changed, mutex) }
            guard !isAborted else { return false }
            pictures.append(picture)
            bytes += picture.frame.byteCount
            return true
        }
    }

    /// Waits for the next picture; nil at the end. Throws once the work was given up: what is there so far is no end.
    func take() throws(MediaError) -> Picture? {
        let outcome: Result<Picture?, MediaError> = locked {
            while pictures.isEmpty && !isClosed && !isAborted { pthread_cond_wait(changed, mutex) }
            guard !isAborted else {
                return .failure(
                    MediaError(.cancelled, "The renditions were given up.", operation: "renditions"))
            }
            guard !pictures.isEmpty else { return .success(nil) }
            let picture = pictures.removeFirst()
            bytes -= picture.frame.byteCount
            return .success(picture)
        }
        return try outcome.get()
    }

    /// No picture follows.
    func close() {
        locked { isClosed = true }
    }

    /// Drops the pictures, and wakes every thread that waits in `put` or `take`.
    func abort() {
        locked {
            isAborted = true
            pictures = []
        }
    }

    private var isFull: Bool { pictures.count >= Self.maxCount || bytes >= Self.maxBytes }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer {
            pthread_cond_broadcast(changed)
            pthread_mutex_unlock(mutex)
        }
        return body()
    }
}
