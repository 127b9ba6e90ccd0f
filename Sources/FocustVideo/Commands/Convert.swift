import ArgumentParser
import Crypto
import Domain
import Files
import Formats
import MediaClient
import MediaProtocol
import System

/// `focust-video convert INPUT OUTPUT_DIR`: one file into encrypted HLS, without a server.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert one file into encrypted HLS, without a server.",
        discussion:
            "OUTPUT_DIR must not exist or be empty; it gets output.m3u8, the segments and enc.key. With "
            + "--renditions, output.m3u8 names several renditions, each with a playlist and a key of its own."
    )

    /// With renditions, about so much of the work is the first one.
    private static let firstShare = 0.3
    /// A week: whoever waits in front of a terminal ends it when they like.
    private static let maxSeconds = 604_800

    @Argument(help: "The video.") var input: String
    @Argument(help: "Where the lesson is written.") var outputDirectory: String?
    @Flag(help: "Only say what would be done with which stream, and why.") var plan = false
    @Flag(help: "Make a rendition for each kind of line, too.") var renditions = false
    @Option(help: "With --renditions: those below the best one, as in FOCUST_RENDITIONS.")
    var ladder = Ladder.defaultText
    @Option(help: "With --renditions: most bits per second of the best one, as in FOCUST_MAX_BITRATE.")
    var maxBitrate = "5000k"
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
        guard Ladder.rungs(ladder) != nil else {
            throw ValidationError("--ladder must be like \(Ladder.defaultText).")
        }
        guard BitRate.parse(maxBitrate) != nil else {
            throw ValidationError("--max-bitrate must be like 5000k.")
        }
    }

    func run() throws {
        let bar = ProgressBar(clock: .system)
        OrphanSweep.begin()
        do {
            let media = try MediaProgram.installed()
            if plan { return print(try media.plan(input, options)) }
            let output = try OutputDirectory(publishingAt: directory)
            let result = try convert(media, bar, output)
            let made = try renditions ? makeRenditions(media, bar, output, result) : nil
            try output.publish()
            bar.show(1)
            bar.finish()
            print("\(result.segments) segments, \(result.duration) s in \(directory), \(bar.overallSpeed)")
            print(result.plan)
            if let made { print(made.plan) }
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

    private func convert(
        _ media: MediaProgram, _ bar: ProgressBar, _ output: borrowing OutputDirectory
    ) throws -> ConversionResult {
        let key = ContentKey.random()
        func limit(_ duration: Double) -> Duration {
            bar.filmSeconds = duration
            return .seconds(Self.maxSeconds)
        }
        let share = renditions ? Self.firstShare : 1
        let result = try media.convert(
            input, into: output.path, key: key, options: options,
            ConversionWatch(
                cancellation: nil, deadline: limit, progress: { bar.show($0 * share) }, log: { _ in }))
        try output.writePrivate(key.bytes, as: RenditionName.first.key)
        return result
    }

    /// The others beside the first one.
    private func makeRenditions(
        _ media: MediaProgram, _ bar: ProgressBar, _ output: borrowing OutputDirectory,
        _ first: ConversionResult
    ) throws -> RenditionsResult? {
        guard !first.isComplete, let key = ContentKey(bytes: try output.read(RenditionName.first.key)) else {
            return nil
        }
        var keys: [RenditionName: ContentKey] = [.first: key]
        for name in RenditionName.all.dropFirst() { keys[name] = .random() }
        let order = RenditionsOrder(
            source: .file(input), lesson: output.path, directory: output.path, keys: keys, options: options)
        let result = try media.makeRenditions(
            order,
            RenditionsWatch(
                cancellation: nil, deadline: { _ in .seconds(Self.maxSeconds) },
                progress: { bar.show(Self.firstShare + $0 * (1 - Self.firstShare)) }))
        try publish(result, keys, segments: first.segments, output)
        return result
    }

    /// A first rendition that gives way goes at once: no player reads this directory yet.
    private func publish(
        _ result: RenditionsResult, _ keys: [RenditionName: ContentKey], segments: Int,
        _ output: borrowing OutputDirectory
    ) throws {
        guard result.renditions.count > 1 || result.firstGivesWay else { return }
        for name in result.renditions.map(\.name) where name != .first {
            try output.writePrivate(keys[name]?.bytes ?? [], as: name.key)
        }
        if result.firstGivesWay {
            for number in 0..<segments { try output.remove(RenditionName.first.segment(number)) }
            try output.remove(RenditionName.first.key)
            try output.remove(LessonFile.playlist)
        } else {
            try output.rename(LessonFile.playlist, RenditionName.first.playlist)
        }
        try output.write(MultivariantPlaylist(result.renditions).serialized(), as: LessonFile.playlist)
    }

    private var options: ConversionOptions {
        var options = ConversionOptions()
        options.segmentSeconds = Double(segmentSeconds)
        options.preset = preset
        options.crf = crf
        options.maxHeight = maxHeight
        if renditions, let rungs = Ladder.rungs(ladder), let limit = BitRate.parse(maxBitrate) {
            options.ladder = Ladder(rungs: rungs, maxBitrate: limit)
        }
        return options
    }
}
