import CLibAV
import MediaProtocol

/// Decoded frames before the first one that has a time: of Matroska, whose first pictures may lie before zero, libav tells
/// no such times. They are kept until a time is known, and dated back from it.
struct UndatedFrames {
    /// Bytes of frames that wait; of more, the first are given up.
    private static let maxBytes = 128 << 20

    private var waiting: [Frame] = []
    private var bytes = 0
    private var hasBegun = false

    /// Keeps a frame without a time; false for one behind the beginning.
    @discardableResult
    mutating func hold(_ frame: Frame) throws(MediaError) -> Bool {
        guard !hasBegun else { return false }
        let kept = try Frame()
        av_frame_move_ref(kept.pointer, frame.pointer)
        waiting.append(kept)
        bytes += kept.byteCount
        while bytes > Self.maxBytes { bytes -= waiting.removeFirst().byteCount }
        return true
    }

    /// The frames that end where one of this time begins, each of `duration`, in the time base of `pts`. Once only.
    mutating func dated(before pts: Int64, duration: (Frame) -> Double) -> [Frame] {
        hasBegun = true
        var time = Double(pts)
        for frame in waiting.reversed() {
            time -= duration(frame)
            frame.pointer.pointee.pts = Int64(clamping: time)
        }
        defer { waiting = [] }
        return waiting
    }

    /// The frames that still wait at the end, where none had a time: from zero on. Once only.
    mutating func datedFromZero(duration: (Frame) -> Double) -> [Frame] {
        let end = waiting.reduce(0) { $0 + duration($1) }
        return dated(before: Int64(clamping: end), duration: duration)
    }
}
