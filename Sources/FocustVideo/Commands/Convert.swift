import ArgumentParser
import Crypto
import Glibc
import Media
import Runtime

/// `focust-video convert INPUT OUTPUT_DIR`: one file into encrypted HLS, without a server.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Convert one file into encrypted HLS, without a server.",
        discussion: "OUTPUT_DIR must not exist or be empty; it gets output.m3u8, the segments and enc.key.")

    @Argument(help: "The video.") var input: String
    @Argument(help: "Where the lesson is written.") var outputDirectory: String
    @Option(help: "Target duration of a segment, seconds.") var segmentSeconds = 6
    @Option(help: "x264 preset, if the video must be re-encoded.") var preset = "veryfast"
    @Option(help: "x264 quality, if the video must be re-encoded, 0 to 51.") var crf = 22
    @Option(help: "Largest height of a re-encoded video, pixels.") var maxHeight = 1080

    func validate() throws {
        guard (1...30).contains(segmentSeconds) else {
            throw ValidationError("--segment-seconds must be 1 to 30.")
        }
        guard (0...51).contains(crf) else { throw ValidationError("--crf must be 0 to 51.") }
        guard (144...4320).contains(maxHeight) else {
            throw ValidationError("--max-height must be 144 to 4320.")
        }
    }

    func run() throws {
        try makeDirectory()
        let key = ContentKey.random()
        let bar = ProgressBar(clock: .system)
        do {
            let result = try HLSConverter(options: options).convert(
                input, into: outputDirectory, key: key, cancellation: Cancellation(), progress: bar.show)
            try writeKey(key)
            bar.finish()
            print("\(result.segments) segments, \(result.duration) s in \(outputDirectory)\n\(result.plan)")
        } catch let error as MediaError {
            bar.finish()
            Console.error("focust-video: \(error.message)")
            if let detail = error.detail { Console.error("focust-video: \(detail)") }
            throw ExitCode.failure
        }
    }

    private var options: ConversionOptions {
        var options = ConversionOptions()
        options.segmentSeconds = Double(segmentSeconds)
        options.preset = preset
        options.crf = crf
        options.maxHeight = maxHeight
        return options
    }

    private func makeDirectory() throws {
        guard mkdir(outputDirectory, 0o755) == 0 else {
            // rmdir(2) takes only an empty directory: nothing of anybody's is overwritten.
            guard errno == EEXIST, rmdir(outputDirectory) == 0, mkdir(outputDirectory, 0o755) == 0 else {
                Console.error("focust-video: \(SystemError.last("mkdir", outputDirectory))")
                throw ExitCode.failure
            }
            return
        }
    }

    private func writeKey(_ key: ContentKey) throws {
        let path = "\(outputDirectory)/enc.key"
        let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        defer { close(file) }
        guard file >= 0, write(file, key.bytes, key.bytes.count) == key.bytes.count else {
            Console.error("focust-video: \(SystemError.last("write", path))")
            throw ExitCode.failure
        }
    }
}
