import Crypto
import Formats
import Glibc
import Media
import MediaProtocol
import System

/// One order on its way: shut in, done, answered.
struct Execution {
    /// A presentation's uploader waits for it.
    private static let posterDeadline = Duration.seconds(20)
    /// Of the progress that is told.
    private static let progressStep = 0.0025

    let order: MediaOrder
    let reply: ReplyWriter

    /// The exit code.
    func run() -> Int32 {
        do {
            try Sandbox.enter(for: order)
            reply.send(.finished(try result()))
            return EXIT_SUCCESS
        } catch let error as MediaError {
            reply.send(.failed(error))
        } catch {
            reply.send(
                .failed(MediaError(.internal, "The converter could not be shut in.", operation: "\(error)")))
        }
        return EXIT_FAILURE
    }

    private func result() throws(MediaError) -> JSONValue {
        switch order {
        case .probe(let source):
            return .string(try Probe.examine(source).fileExtension)
        case .plan(let source, let options):
            return .string(try HLSConverter(options: options, log: log).explanation(source))
        case .convert(let source, let directory, let key, let options):
            return try convert(source, directory, key, options).json
        case .renditions(let order): return try makeRenditions(order).json
        case .present(let source, let output, let poster):
            let type = try Probe.examine(source).fileExtension
            return present(source, type, output, poster).json
        case .describe:
            return LibraryFacts(
                versions: MediaLibraries.versions,
                encoders: LibraryFacts.neededEncoders.filter(MediaLibraries.hasEncoder)
            ).json
        }
    }

    /// Neither is worth refusing a film that plays.
    private func present(
        _ source: String, _ type: String, _ output: String, _ poster: String
    ) -> PresentationResult {
        var isRewritten = false
        let fastStartFailure = failure(of: { () throws(MediaError) in
            isRewritten = try FastStart.rewrite(source, to: output)
        })
        let posterFailure = failure(of: { () throws(MediaError) in
            try Poster.make(source, to: poster, cancellation: Cancellation(deadline: Self.posterDeadline))
        })
        return PresentationResult(
            fileExtension: type, isRewritten: isRewritten, fastStartFailure: fastStartFailure,
            posterFailure: posterFailure)
    }

    private func failure(of work: () throws(MediaError) -> Void) -> String? {
        do throws(MediaError) {
            try work()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// With the CPU and disk time that nobody else wants: a film being encoded must not slow a film being watched.
    private func convert(
        _ source: String, _ directory: String, _ key: ContentKey, _ options: ConversionOptions
    ) throws(MediaError) -> ConversionResult {
        System.Thread.Priority.background.apply()
        let converter = HLSConverter(options: options, log: log)
        // What loading the libraries took is a fifth of the time that a small film takes.
        let start = ContinuousClock.now - .seconds(ProcessStatistics.cpuSeconds())
        var told = -1.0
        func tell(_ share: Double) {
            // The converter has a word at every packet: a hundred thousand in an hour.
            guard share - told >= Self.progressStep else { return }
            told = share
            reply.send(.progress(share))
        }
        // Nobody cancels in here: whoever has enough of this process ends it.
        return try converter.convert(
            source, into: directory, key: key, cancellation: Cancellation(),
            since: start, planned: { reply.send(.planned(duration: $0)) }, progress: tell)
    }

    private func makeRenditions(_ order: RenditionsOrder) throws(MediaError) -> RenditionsResult {
        System.Thread.Priority.background.apply()
        let reply = reply
        let steps = ProgressSteps(step: Self.progressStep)
        return try RenditionsMaker(order, log: log).make(
            cancellation: Cancellation(),
            planned: { duration, renditions in
                reply.send(.planned(duration: duration))
                reply.send(.renditions(renditions))
            },
            progress: { name, share, whole in
                if steps.isNew(name, share) { reply.send(.renditionProgress(name, share)) }
                if steps.isNew(nil, whole) { reply.send(.progress(whole)) }
            })
    }

    private var log: @Sendable (String) -> Void {
        { [reply] line in reply.send(.log(line)) }
    }
}
