import CLibAV

/// The picture that a page shows before a video plays.
package enum Poster {
    /// Pixels; a wider picture is scaled down to this.
    static let maxWidth = 1280
    /// Key pictures to choose from, evenly over the video; `thumbnail` takes the one whose colours are nearest to
    /// their mean.
    private static let candidates = 12
    /// Packets that are looked at for one of them.
    private static let maxPackets = 600

    /// Writes a JPEG of a representative picture of the video at `path` to `output`, upright and in BT.709.
    ///
    /// Decodes a dozen key pictures alone, so that it costs little beside a copy.
    /// Throws `.unsupported` where no picture can be decoded, like `Probe.examine`.
    package static func make(
        _ path: String, to output: String, limits: MediaLimits = .default, cancellation: Cancellation
    ) throws(MediaError) {
        let capture = LogCapture()
        try capture.during { () throws(MediaError) in
            let demuxer = try Demuxer(path, limits: limits, cancellation: cancellation)
            _ = try Probe.examine(demuxer, limits: limits)
            guard let stream = StreamSelection(demuxer.streams).video else { return }
            demuxer.keepOnly([stream.index])
            let picker = try PosterPicker(
                stream, candidates: candidates, limits: limits, capture: capture)
            try pick(demuxer, stream, picker, cancellation)
            guard let jpeg = try picker.finish() else {
                throw MediaError(
                    .unsupported, "There is no picture in this video that can be decoded.",
                    operation: "poster")
            }
            try OutputFile.write(jpeg, to: output)
        }
    }

    private static func pick(
        _ demuxer: Demuxer, _ stream: Stream, _ picker: PosterPicker, _ cancellation: Cancellation
    ) throws(MediaError) {
        let duration = demuxer.duration ?? 0
        for number in 0..<candidates {
            // A file that cannot be searched gives its pictures in a row, which is only a worse choice.
            try? demuxer.seek(to: duration * (Double(number) + 0.5) / Double(candidates))
            let packet = try Packet()
            var looked = 0
            while looked < maxPackets, try demuxer.read(into: packet) {
                try cancellation.check()
                looked += 1
                guard packet.streamIndex == stream.index, packet.isKey else { continue }
                try picker.offer(packet)
                break
            }
        }
    }
}
