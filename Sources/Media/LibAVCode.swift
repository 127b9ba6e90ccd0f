import CLibAV
import Glibc
import MediaProtocol

/// What a libav function returned: its own negative code, or a negated errno (error.h: AVERROR).
struct LibAVCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    let rawValue: Int32

    init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// An errno as libav would return it.
    init(errno: Int32) {
        self.init(rawValue: -errno)
    }

    static let endOfFile = LibAVCode(rawValue: focust_averror_eof)
    static let tryAgain = LibAVCode(rawValue: focust_averror_eagain)
    static let exit = LibAVCode(rawValue: focust_averror_exit)
    static let invalidData = LibAVCode(rawValue: focust_averror_invaliddata)
    static let outOfMemory = LibAVCode(errno: ENOMEM)

    /// The machine's fault and not the file's: trying again later may help.
    var isResource: Bool {
        [ENOMEM, ENOSPC, EDQUOT, EFBIG, EIO, EMFILE, ENFILE, EROFS].contains(-rawValue)
    }

    var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(AV_ERROR_MAX_STRING_SIZE)) { buffer in
            buffer.initialize(repeating: 0)
            guard let start = buffer.baseAddress else { return "\(rawValue)" }
            av_strerror(rawValue, start, buffer.count)
            return String(cString: start)
        }
    }

    /// The number and its words, as an error carries them.
    var forError: MediaErrorCode { MediaErrorCode(rawValue: rawValue, text: description) }
}
