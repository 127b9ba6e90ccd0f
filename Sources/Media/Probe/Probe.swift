import CLibAV
import MediaProtocol

/// The look at an upload that is made at once, before anybody waits for a conversion.
package enum Probe {
    /// A little of a recording may be missing at its end (a camera that was switched off); more is half a lesson.
    private static let maxMissingShare = 0.02

    /// What the file at `path` holds.
    ///
    /// Reads headers and a few seconds, never the whole file, and opens nothing else whatever the file says.
    /// Throws `.unsupported` with a message for the trainer where the container is not an accepted one, where
    /// no video stream can be decoded, or where a limit is passed.
    package static func examine(_ path: String, limits: MediaLimits = .default) throws(MediaError)
        -> MediaProbe
    {
        let cancellation = Cancellation(deadline: .seconds(30))
        return try LogCapture().during { () throws(MediaError) in
            try examine(try Demuxer(path, limits: limits, cancellation: cancellation), limits: limits)
        }
    }

    /// The same of a file that is open already.
    static func examine(_ demuxer: Demuxer, limits: MediaLimits) throws(MediaError) -> MediaProbe {
        guard !demuxer.isPhotograph else {
            throw MediaError(.unsupported, "This is a picture, not a film.", operation: "probe")
        }
        let selection = demuxer.selection
        if let refusal = selection.refusal { throw refusal }
        var video = selection.video?.videoFacts
        if !demuxer.laterParts.isEmpty {
            if let refusal = demuxer.survey.refusal { throw refusal }
            video?.laterRate = demuxer.survey.highestRate
        }
        let probe = MediaProbe(
            container: demuxer.formatName, duration: max(0, demuxer.duration ?? 0),
            byteSize: Int(demuxer.byteSize), video: video,
            audio: selection.audio?.audioFacts, ignored: selection.ignored + demuxer.ignoredEdits)
        try check(probe, limits)
        if let video = selection.video { try checkWhole(demuxer.missingShare(of: video)) }
        return probe
    }

    private static func checkWhole(_ missingShare: Double) throws(MediaError) {
        guard missingShare > maxMissingShare else { return }
        let share = Int((missingShare * 100).rounded(.up))
        throw MediaError(
            .unsupported, "The file is cut off: \(share) % of its pictures are missing.", operation: "probe")
    }

    private static func check(_ probe: MediaProbe, _ limits: MediaLimits) throws(MediaError) {
        guard let video = probe.video else {
            throw MediaError(
                .unsupported, "There is no video in this file that can be decoded.", operation: "probe")
        }
        guard video.width * video.height <= limits.maxPixels else {
            throw MediaError(
                .unsupported, "The picture is too large: \(video.width) × \(video.height) pixels.",
                operation: "probe")
        }
        guard probe.duration <= limits.maxDurationSeconds else {
            let hours = Int(limits.maxDurationSeconds / 3600)
            throw MediaError(
                .unsupported, "The video is longer than \(hours) hours.", operation: "probe")
        }
    }
}
