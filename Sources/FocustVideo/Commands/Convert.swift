import ArgumentParser
import Crypto
import Domain
import Files
import MediaClient
import MediaProtocol
import System

/// `focust-video convert INPUT OUTPUT_DIR`: one file into encrypted HLS, without a server.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert one file into encrypted HLS, without a server.",
        discussion: "OUTPUT_DIR must not exist or be empty; it gets output.m3u8, the segments and enc.key.")

    /// A week: whoever waits in front of a terminal ends it when they like.
    private static let maxSeconds = 604_800

    @Argument(help: "The video.") var input: String
    @Argument(help: "Where the lesson is written.") var outputDirectory: String?
    @Flag(help: "Only say what would be done with which stream, and why.") var plan = false
    @Option(help: "Target duration of a segment, seconds.") var segmentSeconds =
        ConversionDefaults.segmentSeconds
    @Option(help: "x264 preset, if the video must be re-encoded.") var preset =
        ConversionDefaults.preset
    @Option(help: "x264 quality, if the video must be re-encoded, 0 to 51.") var crf =
        ConversionDefaults.crf
    @Option(help: "Largest shorter side of the upright picture, pixels.") var maxHeight =
        ConversionDefaults.maxHeight

    func validate() throws {
        guard plan || outputDirectory != nil else { throw ValidationError("OUTPUT_DIR is missing.") }
        guard ConversionDefaults.segmentSecondsRange.contains(segmentSeconds) else {
            throw ValidationError("--segment-seconds must be 1 to 30.")
        }
        guard ConversionDefaults.crfRange.contains(crf) else {
            throw ValidationError("--crf must be 0 to 51.")
        }
        guard ConversionDefaults.maxHeightRange.contains(maxHeight) else {
            throw ValidationError("--max-height must be 144 to 4320.")
        }
    }

    func run() throws {
        let bar = ProgressBar(clock: .system)
        OrphanSweep.begin()
        do {
            let media = try MediaProgram.installed()
            if plan { return print(try media.plan(input, options)) }
            let result = try convert(media, bar)
            bar.finish()
            print("\(result.segments) segments, \(result.duration) s in \(directory), \(bar.overallSpeed)")
            print(result.plan)
            if let failure = result.posterFailure { Console.error("focust-video: no poster: \(failure)") }
        } catch {
            bar.finish()
            let media = error as? MediaError
            Console.error("focust-video: \(media?.message ?? "\(error)")")
            if let detail = media?.detail { Console.error("focust-video: \(detail)") }
            throw ExitCode.failure
        }
    }

    private var directory: String { outputDirectory ?? "" }

    private func convert(_ media: MediaProgram, _ bar: ProgressBar) throws -> ConversionResult {
        let output = try OutputDirectory(publishingAt: directory)
        let key = ContentKey.random()
        func limit(_ duration: Double) -> Duration {
            bar.filmSeconds = duration
            return .seconds(Self.maxSeconds)
        }
        let result = try media.convert(
            input, into: output.path, key: key, options: options,
            ConversionWatch(cancellation: nil, deadline: limit, progress: bar.show, log: { _ in }))
        try output.writePrivate(key.bytes, as: LessonFile.key)
        try output.publish()
        bar.show(1)
        return result
    }

    private var options: ConversionOptions {
        var options = ConversionOptions()
        options.segmentSeconds = Double(segmentSeconds)
        options.preset = preset
        options.crf = crf
        options.maxHeight = maxHeight
        return options
    }
}
