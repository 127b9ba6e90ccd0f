/// The first packets of a stream whose container keeps presentation times alone (Matroska): libav learns the
/// decoding times only once it has seen how far the pictures are reordered, and leaves these without one.
struct UndatedStart {
    /// H.264 reorders at most 16 pictures (ITU-T H.264 §E.2.1, max_num_reorder_frames).
    private static let maxCount = 16

    private var count = 0

    /// Notes a packet without a decoding time; false where there were too many.
    mutating func hold() -> Bool {
        count += 1
        return count <= Self.maxCount
    }

    /// Decoding times for the packets that were held, before the first known one; `duration` is one picture's.
    func dates(before dts: Int64, duration: Int64) -> [Int64] {
        (0..<count).map { dts - Int64(count - $0) * max(1, duration) }
    }
}
