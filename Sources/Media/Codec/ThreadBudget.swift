import Glibc

/// How many threads each stage of one conversion gets, and with them, how much memory.
///
/// A decoder keeps a picture more for each of its threads, an encoder one or two: on a machine of 64 cores one 8K film
/// would take gigabytes for a speed that no server needs.
struct ThreadBudget {
    /// Bytes of decoded pictures that a decoder's threads may hold beside what the format asks for.
    private static let maxPictureBytes = 256 << 20
    /// Beyond this neither stage gets much faster (a 1080p picture has 68 rows of macroblocks).
    private static let most = 8

    private let threads: Int

    /// - Parameter threads: of the conversion; 0 for one per core.
    init(threads: Int) {
        let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        self.threads = min(Self.most, max(1, threads > 0 ? threads : cores))
    }

    /// For a decoder of such pictures.
    func decoding(_ video: VideoFacts) -> Int {
        let samples = video.width * video.height * (video.bitDepth > 8 ? 2 : 1)
        // 4:2:0 has half as many colour samples as pixels; others are rare, and larger.
        let picture = max(1, video.pixelFormat.contains("444") ? samples * 3 : samples * 3 / 2)
        return min(threads, max(1, Self.maxPictureBytes / picture))
    }

    /// For filters and the encoder.
    var encoding: Int { threads }

    /// For encoders that work beside each other, by the pixels that each has in a second: one each at least.
    func shares(_ pixels: [Double]) -> [Int] {
        let all = pixels.reduce(0, +)
        return pixels.map { max(1, Int((Double(threads) * $0 / max(1, all)).rounded())) }
    }
}
