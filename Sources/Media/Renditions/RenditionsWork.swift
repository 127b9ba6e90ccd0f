import CLibAV
import Crypto
import Domain
import Glibc
import MediaProtocol

/// One run over a lesson: what it has, what is made of what, and what of that it keeps.
struct RenditionsWork {
    /// A rendition that is to be made.
    private struct Rung {
        let name: RenditionName
        let settings: RungSettings
    }

    let first: FirstRendition
    private let facts: FirstFacts
    private let rendition: Rendition
    private let order: RenditionsOrder
    private let limits: MediaLimits
    private let cancellation: Cancellation
    private let capture: LogCapture
    /// The original and what it is, where pictures are made of it.
    private let original: (demuxer: Demuxer, plan: ConversionPlan)?
    private let rungs: [Rung]

    init(
        _ order: RenditionsOrder, limits: MediaLimits, cancellation: Cancellation, capture: LogCapture
    ) throws(MediaError) {
        self.order = order
        self.limits = limits
        self.cancellation = cancellation
        self.capture = capture
        first = try FirstRendition(directory: order.lesson, key: order.keys[.first])
        facts = try FirstFacts(first)
        let file = try OriginalFile(order, facts, limits: limits, cancellation: cancellation)
        rendition = facts.rendition(isCopy: file?.isCopied ?? false)
        let own = LadderPlan(
            video: facts.video, pictureBitrate: facts.pictureBitrate, options: order.options)
        let encoded = file.flatMap { $0.isCopied ? nil : LadderPlan($0.plan, options: order.options) }
        let settings = (encoded ?? own).others(
            first: rendition, soundBitrate: facts.soundBitrate, isMono: facts.isMono)
        rungs = Array(zip(RenditionName.all.dropFirst(), settings)).map { Rung(name: $0.0, settings: $0.1) }
        // What is no larger than the first rendition is made of that: it is in the right clock, and quick to decode.
        let largest = settings.map(\.shorterSide).max() ?? 0
        original = largest > rendition.shorterSide ? file.map { ($0.demuxer, $0.plan) } : nil
    }

    var plannedRenditions: [PlannedRendition] {
        rungs.map { rung in
            PlannedRendition(
                name: rung.name, width: rung.settings.target.width, height: rung.settings.target.height,
                frameRate: rung.settings.frameRate)
        }
    }

    /// One line for each rendition.
    var explanation: String {
        let own = "\(rendition.name): there (\(Self.words(rendition)))"
        return ([own] + rungs.map { "\($0.name): encode (\($0.settings))" }).joined(
            separator: "\n")
    }

    /// Makes what is missing, and chooses.
    func run(_ report: @escaping RenditionsProgress.Report) throws(MediaError) -> RenditionsResult {
        let progress = RenditionsProgress(
            segments: facts.cuts.count,
            weights: Dictionary(uniqueKeysWithValues: rungs.map { ($0.name, $0.settings.pixelRate) }),
            report: report)
        try removeStrangers()
        var made: [Rendition] = [rendition]
        var missing: [Rung] = []
        for rung in rungs {
            if let whole = try left(rung) {
                made.append(whole)
                progress.reached(rung.name, facts.cuts.count, isWhole: true)
            } else {
                missing.append(rung)
            }
        }
        made += try make(missing, progress)
        return try choose(made)
    }

    /// A rendition that is complete, left by an attempt before; nil where it has to be made (again).
    private func left(_ rung: Rung) throws(MediaError) -> Rendition? {
        guard access("\(order.directory)/\(rung.name.playlist)", F_OK) == 0 else { return nil }
        let job = try job(rung, common(SharedSound(readers: 0)), threads: 1)
        do throws(MediaError) {
            return try check(job)
        } catch {
            guard error.kind == .invalidOutput || error.kind == .resource else { throw error }
            try remove(rung.name)
            return nil
        }
    }

    private func make(
        _ missing: [Rung], _ progress: RenditionsProgress
    ) throws(MediaError) -> [Rendition] {
        guard let largest = missing.first else { return [] }
        let sound = SharedSound(readers: missing.count)
        let shares = ThreadBudget(threads: order.options.threads).shares(missing.map(\.settings.pixelRate))
        let common = common(sound)
        var jobs: [RungJob] = []
        for (rung, threads) in zip(missing, shares) {
            jobs.append(try job(rung, common, threads: threads))
        }
        let cascade = try Cascade(jobs) { name, count in progress.reached(name, count) }
        do throws(MediaError) {
            try show(cascade, target: largest.settings.target, sound)
            try cascade.finish()
        } catch {
            cascade.giveUp()
            throw error
        }
        var made: [Rendition] = []
        for job in jobs {
            made.append(try check(job))
            progress.reached(job.name, facts.cuts.count, isWhole: true)
        }
        return made
    }

    private func show(
        _ cascade: Cascade, target: PictureTarget, _ sound: SharedSound
    ) throws(MediaError) {
        let end = facts.cuts[0] + Int64((first.duration * Track.ticksPerSecond).rounded())
        let head = RungHead(cuts: facts.cuts, end: end, cascade: cascade, cancellation: cancellation)
        guard let original, case .file(let path) = order.source, let key = order.keys.values.first else {
            let feed = try SegmentFeed(
                first, facts, target: target, sound: sound, options: order.options, limits: limits,
                capture: capture)
            return try feed.run(head)
        }
        let job = ConversionJob(
            path: path, demuxer: try original.demuxer.again(), options: order.options, limits: limits,
            directory: order.directory, key: key, cancellation: cancellation, capture: capture)
        try FileFeed(first, facts, sound: sound, head: head).run(job, original.plan, target: target)
    }

    private func common(_ sound: SharedSound) -> RungJob.Common {
        let stream = original?.demuxer.selection.video
        return RungJob.Common(
            directory: order.directory, cuts: facts.cuts, lead: facts.lead,
            seconds: first.duration, longestSegment: facts.longestSegment, soundRate: facts.soundRate,
            sound: sound,
            video: original?.plan.probe.video ?? facts.video,
            colours: stream.map { ColourTags($0.parameters) } ?? facts.colours, options: order.options,
            capture: capture, cancellation: cancellation)
    }

    private func job(_ rung: Rung, _ common: RungJob.Common, threads: Int) throws(MediaError) -> RungJob {
        guard let key = order.keys[rung.name] else {
            throw MediaError(.internal, "\(rung.name) has no key.", operation: "renditions")
        }
        return RungJob(
            name: rung.name, settings: rung.settings, key: key, threads: threads,
            playlist: first.playlist(for: rung.name), common: common)
    }

    private func check(_ job: RungJob) throws(MediaError) -> Rendition {
        try RenditionCheck(job: job, first: first, soundBitrate: facts.soundBitrate).run()
    }

    private func choose(_ made: [Rendition]) throws(MediaError) -> RenditionsResult {
        let choice = LadderChoice(made, maxBitrate: order.options.ladder.maxBitrate)
        var lines = choice.kept.map { "\($0.name): kept (\(Self.words($0)))" }
        for (name, reason) in choice.dropped {
            lines.append("\(name): \(name == .first ? "gives way" : "dropped"), \(reason)")
            if name != .first { try remove(name) }
        }
        return RenditionsResult(
            renditions: choice.kept, firstGivesWay: !choice.kept.contains { $0.name == .first },
            duration: first.duration, plan: lines.joined(separator: "\n"))
    }

    /// What no rendition of this plan is called, left by an attempt under other settings.
    private func removeStrangers() throws(MediaError) {
        for name in RenditionName.all.dropFirst(1 + rungs.count) { try remove(name) }
    }

    /// The playlist first: without it a rendition counts as none.
    private func remove(_ name: RenditionName) throws(MediaError) {
        unlink("\(order.directory)/\(name.playlist)")
        for number in facts.cuts.indices { unlink("\(order.directory)/\(name.segment(number))") }
    }

    private static func words(_ rendition: Rendition) -> String {
        "\(rendition.width)x\(rendition.height), \(tenths(rendition.frameRate)) fps, "
            + "\(rendition.averageBandwidth / 1000) kbit/s, \(rendition.bandwidth / 1000) at most"
    }

    private static func tenths(_ rate: Double) -> Double { (rate * 10).rounded() / 10 }
}
