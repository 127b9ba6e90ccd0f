import Crypto
import Glibc
import Media
import MediaProtocol

/// Converts one file with the media room alone, so that a benchmark measures nothing else.
@main
enum BenchConversion {
    static func main() {
        let isUnchecked = CommandLine.arguments.contains("--unchecked")
        let arguments = CommandLine.arguments.dropFirst().filter { $0 != "--unchecked" }
        guard arguments.count >= 2, let input = arguments.first, let directory = arguments.dropFirst().first
        else {
            complain("usage: bench-conversion INPUT OUTPUT_DIR [THREADS] [--unchecked]")
            exit(EX_USAGE)
        }
        let threads = arguments.dropFirst(2).first.flatMap { Int($0) } ?? 0
        var limits = MediaLimits.default
        if isUnchecked {
            limits.pictureCheckShare = 0
            limits.soundCheckShare = 0
        }
        let converter = HLSConverter(options: ConversionOptions(threads: threads), limits: limits)
        do throws(MediaError) {
            let key = ContentKey.random()
            let start = ContinuousClock.now
            var marks: [(time: Duration, share: Double)] = []
            let result = try converter.convert(
                input, into: directory, key: key, cancellation: Cancellation()
            ) { marks.append((ContinuousClock.now - start, $0)) }
            report(marks, whole: ContinuousClock.now - start)
            store(key.bytes, in: directory + "/enc.key")
            print("\(result.segments) segments, \(result.bytes) bytes\n\(result.plan)")
        } catch {
            complain("\(error)")
            exit(EXIT_FAILURE)
        }
    }

    /// How far the progress that was shown is from the share of the time that had passed, in points of a hundred: at
    /// each word, and just before the next one.
    private static func report(_ marks: [(time: Duration, share: Double)], whole: Duration) {
        let shown = [(time: .zero, share: 0)] + marks
        var worst = 0.0
        var sum = 0.0
        for (mark, end) in zip(shown, marks.map(\.time) + [whole]) {
            let (early, late) = (mark.time / whole - mark.share, end / whole - mark.share)
            worst = max(worst, abs(early), abs(late))
            sum += abs(early + late) / 2 * ((end - mark.time) / whole)
        }
        print("progress: \(rounded(sum * 100)) points off on average, \(rounded(worst * 100)) at most")
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    /// So that the result can be played.
    private static func store(_ bytes: [UInt8], in path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    private static func complain(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
