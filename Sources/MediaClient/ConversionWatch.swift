import System

/// What goes on between a conversion and the one that waits for it.
package struct ConversionWatch {
    /// Raised, it ends the conversion.
    let cancellation: StopSignal?
    /// How long the conversion of this many seconds of video may take; asked once with 0, before that is known.
    let deadline: (_ duration: Double) -> Duration
    /// Takes the share that is done, 0 to 0.99; it never falls.
    let progress: (Double) -> Void
    /// Takes libav's warnings and errors.
    let log: (String) -> Void

    package init(
        cancellation: StopSignal?, deadline: @escaping (Double) -> Duration,
        progress: @escaping (Double) -> Void, log: @escaping (String) -> Void
    ) {
        self.cancellation = cancellation
        self.deadline = deadline
        self.progress = progress
        self.log = log
    }
}
