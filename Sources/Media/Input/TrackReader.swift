import CLibAV
import MediaProtocol

/// Reads the packets of a film's tracks, in the file's order or, once they were separated, of whichever is wanted.
///
/// Most files hold tracks side by side. Where a file has all the sound in front of the pictures, one track would have to
/// be kept in memory until the other comes: then each is read by a demuxer of its own.
struct TrackReader {
    private let first: Demuxer
    private let streams: [Int]
    /// Packets of each stream so far.
    private var counts: [Int]
    private let cancellation: Cancellation
    /// Of a stream that is read for itself; nil once nothing of it comes any more.
    private var sources: [Int: Demuxer] = [:]

    /// - Parameter streams: numbers of those that are read.
    init(_ demuxer: Demuxer, streams: [Int], cancellation: Cancellation) {
        demuxer.keepOnly(Set(streams))
        first = demuxer
        self.streams = streams
        counts = Array(repeating: 0, count: (streams.max() ?? 0) + 1)
        self.cancellation = cancellation
    }

    /// Each track is read for itself.
    private(set) var isSeparate = false

    /// Whether nothing of a stream comes any more; known only of one that is read for itself.
    func hasEnded(_ stream: Int) -> Bool { isSeparate && sources[stream] == nil }

    /// Reads the next packet of any of the streams; false at the end. Only as long as they are not separate.
    mutating func read(into packet: Packet) throws(MediaError) -> Bool {
        while try first.read(into: packet) {
            guard streams.contains(packet.streamIndex) else { continue }
            counts[packet.streamIndex] += 1
            return true
        }
        return false
    }

    /// Reads the next packet of one of the separate streams; false at its end.
    mutating func read(_ stream: Int, into packet: Packet) throws(MediaError) -> Bool {
        guard let source = sources[stream] else { return false }
        while try source.read(into: packet) {
            if packet.streamIndex == stream { return true }
        }
        sources[stream] = nil
        return false
    }

    /// From here on, each stream is read for itself: `late`, of which nothing has come for long, by a second demuxer that goes
    /// on where the first one is with it.
    mutating func separate(_ late: Int) throws(MediaError) {
        guard !isSeparate else { return }
        isSeparate = true
        let second = try first.again()
        second.keepOnly([late])
        let packet = try Packet()
        var skipped = 0
        while skipped < counts[late], try second.read(into: packet) {
            try cancellation.check()
            if packet.streamIndex == late { skipped += 1 }
        }
        let others = streams.filter { $0 != late }
        first.keepOnly(Set(others))
        for stream in others { sources[stream] = first }
        sources[late] = second
    }
}
