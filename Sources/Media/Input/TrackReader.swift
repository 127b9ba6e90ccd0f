import CLibAV
import MediaProtocol

/// Reads the packets of a film's tracks, in the file's order or, once they were separated, in the order of their times.
///
/// Most files hold tracks side by side. Where a file has all the sound in front of the pictures, one track would have to
/// be kept in memory until the other comes: then each is read by a demuxer of its own.
struct TrackReader {
    private struct Source {
        let demuxer: Demuxer
        var streams: [Int]
    }

    private var sources: [Source]
    /// Packets of each stream so far.
    private var counts: [Int]
    private let cancellation: Cancellation

    /// - Parameter streams: numbers of those that are read.
    init(_ demuxer: Demuxer, streams: [Int], cancellation: Cancellation) {
        demuxer.keepOnly(Set(streams))
        sources = [Source(demuxer: demuxer, streams: streams)]
        counts = Array(repeating: 0, count: (streams.max() ?? 0) + 1)
        self.cancellation = cancellation
    }

    /// Each track is read for itself.
    private(set) var isSeparate = false

    /// Whether nothing of a stream comes any more; known only of one that is read for itself.
    func hasEnded(_ stream: Int) -> Bool {
        isSeparate && !sources.contains { $0.streams.contains(stream) }
    }

    /// Reads the next packet; false at the end.
    ///
    /// - Parameter progress: how far a stream has come, in seconds; of separate ones the last is read.
    mutating func read(into packet: Packet, progress: (Int) -> Double) throws(MediaError) -> Bool {
        while let last = indexOfLast(progress) {
            guard try sources[last].demuxer.read(into: packet) else {
                sources.remove(at: last)
                continue
            }
            guard sources[last].streams.contains(packet.streamIndex) else { continue }
            counts[packet.streamIndex] += 1
            return true
        }
        return false
    }

    private func indexOfLast(_ progress: (Int) -> Double) -> Int? {
        guard sources.count > 1 else { return sources.indices.first }
        return sources.indices.min { progress(sources[$0].streams[0]) < progress(sources[$1].streams[0]) }
    }

    /// From here on, each stream is read for itself: `late`, of which nothing has come for long, by a second demuxer that goes
    /// on where the first one is with it.
    mutating func separate(_ late: Int) throws(MediaError) {
        guard !isSeparate, let first = sources.first else { return }
        isSeparate = true
        let second = try first.demuxer.again()
        second.keepOnly([late])
        let packet = try Packet()
        var skipped = 0
        while skipped < counts[late], try second.read(into: packet) {
            try cancellation.check()
            if packet.streamIndex == late { skipped += 1 }
        }
        let others = first.streams.filter { $0 != late }
        first.demuxer.keepOnly(Set(others))
        sources = [
            Source(demuxer: first.demuxer, streams: others), Source(demuxer: second, streams: [late]),
        ]
    }
}
