/// How much of a conversion is done, from how far it has read and how far it has written.
///
/// Reading runs ahead of writing by what the encoder holds back to look ahead, and at the end only writing is left.
final class ProgressMeter {
    /// Decoding's part of the work; encoding takes the rest.
    private static let readingShare = 0.3

    private let duration: Double
    private let report: (Double) -> Void
    private var read = 0.0
    private var written = 0.0

    /// - Parameter duration: seconds of the whole video; nothing is reported where it is not known.
    init(duration: Double, report: @escaping (Double) -> Void) {
        self.duration = duration
        self.report = report
    }

    /// The file was read up to this many seconds.
    func didRead(to seconds: Double) {
        read = max(read, seconds)
        tell()
    }

    /// Segments were written up to this many seconds.
    func didWrite(to seconds: Double) {
        written = max(written, seconds)
        tell()
    }

    private func tell() {
        guard duration > 0 else { return }
        let done = Self.readingShare * max(read, written) + (1 - Self.readingShare) * written
        report(min(1, done / duration))
    }
}
