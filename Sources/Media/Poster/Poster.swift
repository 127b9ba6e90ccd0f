import CLibAV
import Domain
import MediaProtocol

/// The picture that a page shows before a video plays.
package enum Poster {
    /// Its name within a lesson's directory.
    package static let fileName = LessonFile.poster
    /// Pixels; a wider picture is scaled down to this.
    static let maxWidth = 1280
    /// Where in the video to look, as shares of it, until a picture is whole and shows something: most do, and each costs
    /// as much as copying some megabytes.
    private static let places = [0.5, 0.17, 0.83]
    /// Packets that are looked at for one of them.
    private static let maxPackets = 600

    /// Writes a JPEG of a representative picture of the video at `path` to `output`, upright and in sRGB.
    ///
    /// Throws `.unsupported` where no picture can be decoded, like `Probe.examine`.
    package static func make(
        _ path: String, to output: String, limits: MediaLimits = .default, cancellation: Cancellation
    ) throws(MediaError) {
        let capture = LogCapture()
        try capture.during { () throws(MediaError) in
            let demuxer = try Demuxer(path, limits: limits, cancellation: cancellation)
            _ = try Probe.examine(demuxer, limits: limits)
            try make(demuxer, to: output, limits: limits, capture: capture, cancellation: cancellation)
        }
    }

    /// The same of a file that is open already, wherever it stands.
    ///
    /// Decodes one key picture, or a few, so that it costs little beside a copy.
    static func make(
        _ demuxer: Demuxer, to output: String, limits: MediaLimits, capture: LogCapture,
        cancellation: Cancellation
    ) throws(MediaError) {
        guard let stream = demuxer.selection.video else { return }
        demuxer.keepOnly([stream.index])
        let picker = try PosterPicker(stream, limits: limits, capture: capture)
        try pick(demuxer, stream, picker, cancellation)
        guard let jpeg = try picker.finish() else {
            throw MediaError(
                .unsupported, "There is no picture in this video that can be decoded.", operation: "poster")
        }
        try OutputFile.write(jpeg, to: output)
    }

    private static func pick(
        _ demuxer: Demuxer, _ stream: Stream, _ picker: PosterPicker, _ cancellation: Cancellation
    ) throws(MediaError) {
        // Of several parts the first one is open.
        let duration = demuxer.ownDuration ?? 0
        let start = demuxer.startTime ?? 0
        var offered: Set<Int64> = []
        for place in places where !picker.isSatisfied {
            // A file that cannot be searched gives its pictures in a row, which is only a worse choice.
            try? demuxer.seek(to: start + duration * place)
            let packet = try Packet()
            var looked = 0
            while looked < maxPackets, try demuxer.read(into: packet) {
                try cancellation.check()
                looked += 1
                guard packet.streamIndex == stream.index, packet.isKey else { continue }
                // A short film has fewer key pictures than that.
                let isNew = offered.insert(packet.pts ?? packet.dts ?? Int64(offered.count)).inserted
                if isNew { try picker.offer(packet) }
                break
            }
        }
    }
}
