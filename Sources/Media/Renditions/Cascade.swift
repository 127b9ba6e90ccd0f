import Domain
import MediaProtocol
import Synchronization
import System

/// The renditions that are made beside each other of pictures that are decoded once: each in a thread of its own, each
/// scaled from the next larger one.
final class Cascade {
    /// x264 and libswscale want more than a thread has by default.
    private static let stackSize = ByteCount(4 << 20)

    private let queues: [PictureQueue]
    private let outcome = Outcome()
    private var threads: [Thread] = []

    /// - Parameters:
    ///   - jobs: the largest first; at least one.
    ///   - progress: called from their threads with the number of segments that a rendition has by now.
    init(_ jobs: [RungJob], progress: @escaping @Sendable (RenditionName, Int) -> Void) throws(MediaError) {
        queues = jobs.map { _ in PictureQueue() }
        outcome.abort = { [queues] in for queue in queues { queue.abort() } }
        for (number, job) in jobs.enumerated() {
            let rates = jobs[number...].map(\.settings.maxFrameRate)
            let passed = rates.contains(nil) ? nil : rates.compactMap(\.self).max()
            let (queue, next) = (queues[number], number + 1 < queues.count ? queues[number + 1] : nil)
            do {
                threads.append(
                    try Thread(name: "rendition \(job.name)", stackSize: Self.stackSize) { [outcome] in
                        outcome.note(job) { () throws(MediaError) in
                            let lane = try RungLane(job, from: queue, to: next, passedRate: passed) {
                                progress(job.name, $0)
                            }
                            try lane.run()
                        }
                    })
            } catch {
                giveUp()
                throw MediaError(.resource, "A thread could not be started.", operation: "\(error)")
            }
        }
    }

    /// Hands on the next picture, of the size of the largest rendition; waits while its encoder has enough.
    func show(_ picture: Picture) throws(MediaError) {
        guard queues[0].put(picture) else { return try finish() }
    }

    /// No picture follows: waits for all renditions. Throws what the first one that failed failed with.
    func finish() throws(MediaError) {
        queues.first?.close()
        join()
        if let failure = outcome.failure { throw failure }
    }

    /// Ends all threads without a result.
    func giveUp() {
        for queue in queues { queue.abort() }
        join()
    }

    private func join() {
        for thread in threads { thread.join() }
        threads = []
    }

    /// What became of the threads: the first failure ends all the others.
    private final class Outcome: Sendable {
        private let state = Mutex<(failure: MediaError?, abort: @Sendable () -> Void)>((nil, {}))

        var failure: MediaError? { state.withLock { $0.failure } }
        var abort: @Sendable () -> Void {
            get { state.withLock { $0.abort } }
            set { state.withLock { $0.abort = newValue } }
        }

        func note(_ job: RungJob, _ work: () throws(MediaError) -> Void) {
            do throws(MediaError) {
                try job.common.capture.during(work)
            } catch {
                state.withLock { if $0.failure == nil { $0.failure = error } }
                abort()
            }
        }
    }
}
