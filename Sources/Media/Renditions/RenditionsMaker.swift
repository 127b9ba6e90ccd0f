import CLibAV
import Crypto
import Domain
import Glibc
import MediaProtocol

/// Makes the other renditions of a published lesson, all at once of pictures that are decoded once.
package struct RenditionsMaker: Sendable {
    package let order: RenditionsOrder
    package let limits: MediaLimits
    private let log: (@Sendable (String) -> Void)?

    /// - Parameter log: takes each line that libav logs as a warning or an error; may be called from any thread.
    package init(
        _ order: RenditionsOrder, limits: MediaLimits = .default, log: (@Sendable (String) -> Void)? = nil
    ) {
        self.order = order
        self.limits = limits
        self.log = log
    }

    /// Writes `r1.m3u8`, `r1_000.ts` … into the order's directory, and removes there what the lesson does not keep.
    ///
    /// - Parameters:
    ///   - planned: called once, with the seconds of video and the renditions that are to be made.
    ///   - progress: called from any thread with the share of one rendition, and that of all.
    package func make(
        cancellation: Cancellation, planned: (Double, [PlannedRendition]) -> Void = { _, _ in },
        progress: @escaping @Sendable (RenditionName, Double, Double) -> Void = { _, _, _ in }
    ) throws(MediaError) -> RenditionsResult {
        let capture = LogCapture(forward: log)
        return try capture.during { () throws(MediaError) in
            let work = try RenditionsWork(order, limits: limits, cancellation: cancellation, capture: capture)
            planned(work.first.duration, work.plannedRenditions)
            return try work.run(progress)
        }
    }

    /// What `make` would make, and why: a line for each.
    package func plan() throws(MediaError) -> String {
        let capture = LogCapture(forward: log)
        return try capture.during { () throws(MediaError) in
            let cancellation = Cancellation(deadline: .seconds(600))
            return try RenditionsWork(order, limits: limits, cancellation: cancellation, capture: capture)
                .explanation
        }
    }
}
