import CLibAV
import MediaProtocol

/// How many pictures the video streams of a file have beside each other: cameras put a still, or a thumbnail, next to
/// the film and do not mark it.
struct PictureCounts {
    /// Packets that are looked at where the container has no whole index.
    private static let maxPackets = 4_000
    private static let maxBytes = 32 << 20
    /// A film has this many times the pictures of a row of stills.
    private static let muchMore = 4

    /// By the stream's index.
    private let counts: [Int: Int]
    private let most: Int

    /// Reads the first packets of a film that has more than one video stream, which is rare, by a demuxer of its own.
    init(_ demuxer: Demuxer) {
        let films = demuxer.streams.filter { $0.parameters.codec_type == AVMEDIA_TYPE_VIDEO }
        var counts: [Int: Int] = [:]
        for film in films { counts[film.index] = demuxer.indexedPackets(of: film) }
        if counts.count < films.count {
            // A file that cannot be read further says so when it is converted.
            counts = (try? Self.read(demuxer, Set(films.map(\.index)))) ?? [:]
        }
        self.counts = counts
        most = counts.values.max() ?? 0
    }

    /// What is compared, in this order; the first of equals ranks highest.
    func rank(_ stream: Stream, _ place: Int) -> [Int] {
        let count = counts[stream.index] ?? 0
        let pixels = Int(stream.parameters.width) * Int(stream.parameters.height)
        return [
            count > 1 || most <= 1 ? 1 : 0, stream.isDefault ? 1 : 0, count * Self.muchMore >= most ? 1 : 0,
            pixels,
            -place,
        ]
    }

    private static func read(
        _ demuxer: Demuxer, _ films: Set<Int>
    ) throws(MediaError) -> [Int: Int] {
        let reader = try demuxer.again()
        reader.keepOnly(films)
        let packet = try Packet()
        var counts: [Int: Int] = [:]
        var bytes = 0
        for _ in 0..<maxPackets where bytes < maxBytes {
            guard try reader.read(into: packet) else { break }
            counts[packet.streamIndex, default: 0] += 1
            bytes += packet.bytes.count
        }
        return counts
    }
}
