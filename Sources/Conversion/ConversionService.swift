import Callbacks
import Database
import Domain
import Files
import Logging
import MediaClient
import MediaProtocol
import Metrics
import System

/// What conversion threads work with; made once, when the process starts.
package struct ConversionService: Sendable {
    package let database: any Database
    package let files: DataDirectory
    /// Converts, in a process of its own for each.
    package let media: MediaProgram
    package let options: ConversionOptions
    let threads: ThreadShare
    /// Seconds an attempt may take; nil: `defaultTimeout` of the video's duration.
    package let timeout: Int?
    let metrics: ConversionMetrics
    /// Counts the conversion threads.
    let pool: PoolMetrics
    package let clock: SystemClock
    package let log: Logger
    /// Touched when a job was queued, by whichever process.
    package let wakeUp: WakeFile
    /// Says which callback a job's end calls for.
    let callbacks: CallbackComposer
    /// Touched when a job has ended, and its callback waits to be sent.
    let callbackWakeUp: WakeFile
    /// How long who watches a lesson that is replaced may watch on.
    let keeping: Keeping
    /// How much of the disk stays free.
    let space: ConversionSpace
    /// Makes a lesson's further renditions.
    let renditionMaker: any RenditionMaker

    package init(
        database: any Database, files: DataDirectory, media: MediaProgram, options: ConversionOptions,
        threads: ThreadShare, timeout: Int?, metrics: ConversionMetrics, pool: PoolMetrics,
        clock: SystemClock, log: Logger,
        wakeUp: WakeFile,
        callbacks: CallbackComposer, callbackWakeUp: WakeFile, keeping: Keeping,
        minFreeBytes: ByteCount, renditionMaker: (any RenditionMaker)? = nil
    ) {
        self.database = database
        self.files = files
        self.media = media
        self.options = options
        self.threads = threads
        self.timeout = timeout
        self.metrics = metrics
        self.pool = pool
        self.clock = clock
        self.log = log
        self.wakeUp = wakeUp
        self.callbacks = callbacks
        self.callbackWakeUp = callbackWakeUp
        self.keeping = keeping
        space = ConversionSpace(files, floor: minFreeBytes)
        self.renditionMaker = renditionMaker ?? media
    }

    /// 20 times the video's duration (seconds), at least ten minutes: slower than that is stuck.
    package static func defaultTimeout(duration: Double) -> Int {
        max(600, Int(min(duration, 1e7) * 20))
    }

    /// Starts `count` conversion threads; they end when `stop` is raised, and put what they had back into the
    /// queue.
    package func start(_ count: Int, stop: StopSignal) throws -> [System.Thread] {
        if !Confinement.isSupported {
            log.warning("converters_not_confined", metadata: ["cause": "this kernel has no Landlock"])
        }
        if files.canExchange == false {
            let cause = "the file system exchanges no two names"
            log.warning("replaced_lessons_are_set_aside", metadata: ["cause": "\(cause)"])
        }
        pool.hasThreads(count)
        guard count > 0 else { return [] }
        let mark = try files.makeWorkerMark()
        var threads: [System.Thread] = []
        for index in 0..<count {
            let worker = ConversionWorker(service: self, stop: stop, mark: mark, number: index)
            threads.append(try System.Thread(name: "convert-\(index)", body: worker.run))
        }
        return threads
    }
}

/// What makes a lesson's further renditions: the media program; a test's own.
package protocol RenditionMaker: Sendable {
    func makeRenditions(
        _ order: RenditionsOrder, _ watch: RenditionsWatch
    ) throws(MediaError) -> RenditionsResult
}

extension MediaProgram: RenditionMaker {}
