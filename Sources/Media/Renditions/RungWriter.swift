import CLibAV
import Crypto
import Domain
import MediaProtocol

/// Writes the segments of one rendition: the pictures from one cut to the next, and the sound that the first rendition has
/// there.
///
/// A segment's packets are kept until it is whole: which sound goes into it is decided by the cuts, and not by how far the
/// encoder has come.
final class RungWriter {
    private let job: RungJob
    private let muxer: MPEGTSMuxer
    private let sink = SegmentSink()
    private let mono: MonoSound?
    private let cuts: [Int64]
    /// Segments whose sound `mono` has got.
    private var heard: [Int] = []
    private var number = 0
    private var pictures: [OutputPacket] = []
    private var lastDTS: Int64 = -1
    /// Called with the number of segments that are written.
    private let progress: (Int) -> Void

    /// - Parameter parameters: of the encoder.
    init(
        _ job: RungJob, parameters: UnsafePointer<AVCodecParameters>, capture: LogCapture,
        progress: @escaping (Int) -> Void
    ) throws(MediaError) {
        self.job = job
        self.progress = progress
        cuts = job.common.cuts
        var tracks = [parameters]
        let shared = try CodecParameters()
        if let rate = job.common.soundRate {
            mono = job.settings.sound == .mono ? try MonoSound(rate: rate, capture: capture) : nil
            shared.setADTS(rate: rate)
            tracks.append(mono?.parameters ?? UnsafePointer(shared.pointer))
        } else {
            mono = nil
        }
        muxer = try MPEGTSMuxer(tracks: tracks, sink: sink, lead: job.common.lead)
    }

    /// Takes the next picture, in the order of decoding, in the first rendition's clock.
    func append(_ packet: OutputPacket) throws(MediaError) {
        if packet.startsSegment, !pictures.isEmpty { try writeSegment() }
        pictures.append(packet)
    }

    /// Writes the last segment.
    func finish() throws(MediaError) {
        if !pictures.isEmpty { try writeSegment() }
        guard number == cuts.count else {
            throw OutputRule.alignment.broken("\(job.name) has \(number) segments instead of \(cuts.count)")
        }
    }

    private func writeSegment() throws(MediaError) {
        guard number < cuts.count, let first = pictures.first, first.startsSegment, first.pts == cuts[number]
        else { throw OutputRule.alignment.broken("segment \(number) of \(job.name)") }
        let path = "\(job.common.directory)/\(job.name.segment(number))"
        let segment = try EncryptedSegment(
            path: path, key: job.key, sequenceNumber: number, maxWrite: SegmentSink.bufferSize)
        sink.segment = segment
        muxer.repeatTables()
        for packet in try merged(pictures, try sounds()) { try write(packet) }
        try muxer.flush()
        try sink.inspector.endSegment()
        try segment.finish()
        sink.segment = nil
        pictures = []
        number += 1
        progress(number)
    }

    /// In the order of decoding, a picture first.
    private func merged(
        _ pictures: [OutputPacket], _ sounds: [OutputPacket]
    ) throws(MediaError) -> [OutputPacket] {
        var merged: [OutputPacket] = []
        merged.reserveCapacity(pictures.count + sounds.count)
        var sounds = sounds[...]
        for picture in pictures {
            while !merged.isEmpty, let sound = sounds.first, sound.dts < picture.dts {
                merged.append(sounds.removeFirst())
            }
            merged.append(picture)
        }
        return merged + sounds
    }

    private func write(_ packet: OutputPacket) throws(MediaError) {
        let pointer = packet.packet.pointer
        let (pts, dts) = (packet.pts - job.common.lead, packet.dts - job.common.lead)
        pointer.pointee.pts = pts
        // A picture that is decoded long before it is shown would be decoded before the beginning.
        pointer.pointee.dts = packet.track == .video ? max(dts, lastDTS + 1) : pts
        if packet.track == .video { lastDTS = pointer.pointee.dts }
        try muxer.write(packet)
    }

    private func sounds() throws(MediaError) -> [OutputPacket] {
        guard job.common.soundRate != nil else { return [] }
        guard let mono else { return try Self.packets(try take(number)) }
        // The encoder of sound gives a frame once it has the next one.
        while heard.count <= min(number + 1, cuts.count - 1) {
            let units = try take(heard.count)
            heard.append(units.reduce(0) { $0 + ADTSFrame.all(in: $1.bytes).count })
            try mono.accept(units)
        }
        if number + 1 == cuts.count { try mono.finish() }
        return mono.next(heard[number])
    }

    private func take(_ number: Int) throws(MediaError) -> [TransportSegment.Unit] {
        guard let units = job.common.sound.take(number) else {
            throw MediaError(.internal, "The sound of a segment is missing.", operation: "renditions")
        }
        return units
    }

    private static func packets(_ units: [TransportSegment.Unit]) throws(MediaError) -> [OutputPacket] {
        var packets: [OutputPacket] = []
        for unit in units {
            let packet = try Packet(unit.bytes)
            packet.pointer.pointee.pts = unit.pts
            packet.pointer.pointee.dts = unit.pts
            packets.append(OutputPacket(packet: packet, track: .audio, startsSegment: false))
        }
        return packets
    }
}

extension CodecParameters {
    /// AAC whose every frame says itself what it is.
    func setADTS(rate: Int32) {
        pointer.pointee.codec_type = AVMEDIA_TYPE_AUDIO
        pointer.pointee.codec_id = AV_CODEC_ID_AAC
        pointer.pointee.sample_rate = rate
        av_channel_layout_default(&pointer.pointee.ch_layout, 2)
    }
}
