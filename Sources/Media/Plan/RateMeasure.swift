import CLibAV
import MediaProtocol

/// Counts the pictures of a stream whose file states a rate that no film has, or none.
struct RateMeasure {
    /// Some seconds of a film tell its rate.
    private static let maxPictures = 300
    /// Where one stream cannot be read without the others, most packets are theirs.
    private static let maxPackets = 10_000

    private let demuxer: Demuxer
    private let stream: Stream
    private let cancellation: Cancellation

    init(_ demuxer: Demuxer, _ stream: Stream, _ cancellation: Cancellation) {
        self.demuxer = demuxer
        self.stream = stream
        self.cancellation = cancellation
    }

    /// Pictures in a second; 0 where nothing tells. The packets that were read are gone afterwards.
    func rate() throws(MediaError) -> Double {
        var times: [Int64] = []
        var packets = 0
        let packet = try Packet()
        demuxer.keepOnly([stream.index])
        while packets < Self.maxPackets, times.count < Self.maxPictures, try demuxer.read(into: packet) {
            try cancellation.check()
            packets += 1
            guard packet.streamIndex == stream.index, let time = packet.pts ?? packet.dts else { continue }
            times.append(time)
        }
        guard let first = times.min(), let last = times.max(), last > first else { return 0 }
        let span = Double(last - first) * stream.timeBase.secondsPerTick
        return span > 0 ? Double(times.count - 1) / span : 0
    }
}
