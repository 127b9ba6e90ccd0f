import Crypto
import Domain
import Formats
import Glibc
import MediaProtocol
import System

/// The program that looks into uploads and converts them, a process for each: libav stays out of this one, and what a
/// hostile file does to it happens to a process that holds neither secrets nor viewers.
package struct MediaProgram: Sendable {
    /// Its file's name.
    package static let name = "focust-media"
    /// Seconds for a look at a file, or for rewriting a presentation.
    private static let shortDeadline = Duration.seconds(60)
    /// Seconds for a plan, which may read the whole file.
    private static let planDeadline = Duration.seconds(600)

    /// Absolute.
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The one that was installed, or built, with this program; nil where there is none.
    package static func beside(_ executable: String) -> MediaProgram? {
        let directory = executable.split(separator: "/", omittingEmptySubsequences: false).dropLast()
            .joined(separator: "/")
        let places: [String] = ["", "../libexec/focust-video/", "../lib/focust-video/"]
            .map { "\(directory)/\($0)\(name)" }
        return places.first { access($0, X_OK) == 0 }.map { MediaProgram(path: $0) }
    }

    /// What a file of this kind is usually called, by its extension. Throws `.unsupported`, with a message for the
    /// trainer, where the file cannot become a lesson.
    package func probe(
        _ source: String, by prepared: consuming PreparedMedia? = nil
    ) throws(MediaError) -> String {
        let order = MediaOrder.probe(source: source)
        let result = try MediaRun(path, order, within: Self.shortDeadline, prepared: prepared).result()
        return try result.stringValue.orProtocolError()
    }

    /// What `convert` would do with the file at `source`, and why: one line a stream.
    package func plan(_ source: String, _ options: ConversionOptions) throws(MediaError) -> String {
        let order = MediaOrder.plan(source: source, options: options)
        let result = try MediaRun(path, order, within: Self.planDeadline).result()
        return try result.stringValue.orProtocolError()
    }

    /// Writes `segment_000.ts` … and `output.m3u8` into the existing, empty `directory`.
    ///
    /// The caller writes `enc.key`, syncs and publishes. On an error, what was written so far stays there.
    package func convert(
        _ source: String, into directory: String, key: ContentKey, options: ConversionOptions,
        _ watch: ConversionWatch
    ) throws(MediaError) -> ConversionResult {
        let order = MediaOrder.convert(source: source, directory: directory, key: key, options: options)
        var run = try MediaRun(path, order, within: watch.deadline(0), stop: watch.cancellation)
        let result = try run.result { reply, run in
            switch reply {
            case .planned(let duration): run.deadline = .now + watch.deadline(duration)
            case .progress(let share): watch.progress(share)
            case .log(let line): watch.log(line)
            case .renditions, .renditionProgress, .finished, .failed: break
            }
        }
        return try ConversionResult(result).orProtocolError()
    }

    /// Writes the other renditions of a published lesson into `order.directory`: `r1.m3u8`, `r1_000.ts` …
    ///
    /// The caller writes their keys, syncs and publishes. One that is complete there already, of an attempt before, is not
    /// made again; those that are not kept in the end are removed. On an error, what was written so far stays there.
    package func makeRenditions(
        _ order: RenditionsOrder, _ watch: RenditionsWatch
    ) throws(MediaError) -> RenditionsResult {
        let limit = watch.deadline(0)
        var run = try MediaRun(path, .renditions(order), within: limit, stop: watch.cancellation)
        let result = try run.result { reply, run in
            switch reply {
            case .planned(let duration): run.deadline = .now + watch.deadline(duration)
            case .renditions(let planned): watch.planned(planned)
            case .progress(let share): watch.progress(share)
            case .renditionProgress(let name, let share): watch.renditionProgress(name, share)
            case .log(let line): watch.log(line)
            case .finished, .failed: break
            }
        }
        return try RenditionsResult(result).orProtocolError()
    }

    /// Looks into the file, and writes to `output` what browsers start sooner and to `poster` a picture of it; both exist,
    /// and are empty. Throws `.unsupported` where it is no video.
    package func present(
        _ source: String, to output: String, poster: String, by prepared: consuming PreparedMedia? = nil
    ) throws(MediaError) -> PresentationResult {
        let order = MediaOrder.present(source: source, output: output, poster: poster)
        let result = try MediaRun(path, order, within: Self.shortDeadline, prepared: prepared).result()
        return try PresentationResult(result).orProtocolError()
    }

    /// libav's libraries as the program finds them.
    package func describe() throws(MediaError) -> LibraryFacts {
        let result = try MediaRun(path, .describe, within: Self.shortDeadline).result()
        return try LibraryFacts(result).orProtocolError()
    }
}

extension MediaError {
    /// It answered something else than was asked.
    static let brokenProtocol = MediaError(
        .internal, "The converter gave an answer that makes no sense.", operation: "media process")
}

extension Optional {
    fileprivate func orProtocolError() throws(MediaError) -> Wrapped {
        guard let self else { throw .brokenProtocol }
        return self
    }
}

extension MediaProgram {
    /// The one that belongs to this executable.
    package static func installed() throws(SystemError) -> MediaProgram {
        let executable = Machine.executable
        guard let program = MediaProgram.beside(executable) else {
            throw SystemError(
                code: ENOENT, operation: "find \(MediaProgram.name) beside", subject: executable)
        }
        return program
    }
}
