import Domain
import MediaProtocol
import System

/// What goes on between the making of a lesson's renditions and the one that waits for it.
package struct RenditionsWatch {
    /// Raised, it ends the work.
    package let cancellation: StopSignal?
    /// How long the renditions of this many seconds of video may take; asked once with 0, before that is known.
    package let deadline: (_ duration: Double) -> Duration
    /// Takes which renditions are going to be made.
    package let planned: ([PlannedRendition]) -> Void
    /// Takes the share of the whole that is done, 0 to 1; it never falls.
    package let progress: (Double) -> Void
    /// Takes the share of one rendition that is done; 1 once it is on the disk.
    package let renditionProgress: (RenditionName, Double) -> Void
    /// Takes libav's warnings and errors.
    package let log: (String) -> Void

    package init(
        cancellation: StopSignal?, deadline: @escaping (Double) -> Duration,
        planned: @escaping ([PlannedRendition]) -> Void = { _ in },
        progress: @escaping (Double) -> Void = { _ in },
        renditionProgress: @escaping (RenditionName, Double) -> Void = { _, _ in },
        log: @escaping (String) -> Void = { _ in }
    ) {
        self.cancellation = cancellation
        self.deadline = deadline
        self.planned = planned
        self.progress = progress
        self.renditionProgress = renditionProgress
        self.log = log
    }
}
