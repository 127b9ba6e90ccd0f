import CLibAV
import Crypto
import MediaProtocol

/// Makes an encrypted HLS lesson of an uploaded file.
package struct HLSConverter: Sendable {
    package let options: ConversionOptions
    package let limits: MediaLimits
    private let log: (@Sendable (String) -> Void)?

    /// - Parameter log: takes each line that libav logs as a warning or an error; may be called from any thread.
    package init(
        options: ConversionOptions = ConversionOptions(), limits: MediaLimits = .default,
        log: (@Sendable (String) -> Void)? = nil
    ) {
        self.options = options
        self.limits = limits
        self.log = log
    }

    /// What `convert` would do with the file at `path`, and why.
    package func plan(_ path: String) throws(MediaError) -> ConversionPlan {
        let cancellation = Cancellation(deadline: .seconds(600))
        return try LogCapture(forward: log).during { () throws(MediaError) in
            let demuxer = try Demuxer(path, limits: limits, cancellation: cancellation)
            let meter = ProgressMeter(elapsed: { 0 }, report: { _ in })
            return try planner(cancellation, meter).plan(demuxer)
        }
    }

    /// The same in words: one line for each stream, and for each rendition that the film will probably get.
    package func explanation(_ path: String) throws(MediaError) -> String {
        let plan = try plan(path)
        return ([plan.explanation] + LadderForecast(plan, options: options).lines).joined(separator: "\n")
    }

    /// Writes `segment_000.ts` …, `output.m3u8` and `poster.jpg` into the existing, empty `directory`.
    ///
    /// The caller writes `enc.key`, syncs and publishes. On an error, what was written so far stays there.
    /// - Parameters:
    ///   - start: when the work began for whoever waits for it.
    ///   - planned: called once, with the seconds of video that there are to convert.
    ///   - progress: called on this thread with a share of the time, from 0 to 0.99, that never falls.
    package func convert(
        _ path: String, into directory: String, key: ContentKey, cancellation: Cancellation,
        since start: ContinuousClock.Instant = .now, planned: (Double) -> Void = { _ in },
        progress: (Double) -> Void
    ) throws(MediaError) -> ConversionResult {
        let capture = LogCapture(forward: log)
        return try withoutActuallyEscaping(progress) { progress throws(MediaError) in
            let meter = ProgressMeter(
                elapsed: { (ContinuousClock.now - start) / .seconds(1) }, report: progress)
            return try capture.during { () throws(MediaError) in
                try cancellation.check()
                let demuxer = try Demuxer(path, limits: limits, cancellation: cancellation)
                let plan = try planner(cancellation, meter).plan(demuxer)
                planned(plan.duration)
                var job = ConversionJob(
                    path: path, demuxer: demuxer, options: options, limits: limits, directory: directory,
                    key: key, cancellation: cancellation, capture: capture)
                return try run(&job, plan, meter)
            }
        }
    }

    private func planner(_ cancellation: Cancellation, _ meter: ProgressMeter) -> Planner {
        Planner(options: options, limits: limits, cancellation: cancellation, meter: meter)
    }

    /// A copy that turns out to break a rule on the way is made again by transcoding, and a lesson whose sound turns out
    /// to be none with the next sound, or in silence.
    private func run(
        _ job: inout ConversionJob, _ plan: ConversionPlan, _ meter: ProgressMeter
    ) throws(MediaError) -> ConversionResult {
        var plan = plan
        while true {
            do {
                var result = try job.run(plan, meter)
                let work = Workload(
                    plan.probe, video: plan.video.action, audio: plan.audio?.action, options: options)
                meter.begin(cost: work.poster, ahead: work.publishing)
                result.posterFailure = job.makePoster()
                meter.begin(cost: work.publishing, ahead: 0)
                return result
            } catch {
                // Each plan copies less than the one before, or has fewer sounds to choose from.
                guard let next = plan.next(after: error) else { throw error }
                plan = next
                try job.removeOutput()
            }
        }
    }
}
