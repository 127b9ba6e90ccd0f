import CLinux

/// Has the kernel begin to write a growing file back now and then, so that the sync at its end has little left to do.
struct Writeback {
    /// Bytes after which it is asked.
    private static let step = 4 << 20

    private var unwritten = 0

    /// Says that bytes were added. The hint may fail: the sync is what makes them survive.
    mutating func wrote(_ count: Int, to descriptor: Int32) {
        unwritten += count
        guard unwritten >= Self.step else { return }
        _ = focust_start_writeback(descriptor)
        unwritten = 0
    }
}
