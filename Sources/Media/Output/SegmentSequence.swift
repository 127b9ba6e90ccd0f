import Crypto
import Domain
import Glibc
import MediaProtocol

/// The segment files of one lesson, one after the other, each checked when it is finished.
final class SegmentSequence {
    /// What the muxer writes into.
    let sink = SegmentSink()
    /// The finished segments.
    private(set) var segments: [MediaPlaylist.Segment] = []
    /// Plain bytes of the finished segments.
    private(set) var byteCount = 0
    /// Of each finished segment, bytes as they lie on the disk.
    private(set) var storedBytes: [Int] = []

    private let directory: String
    private let key: ContentKey
    private let maxBytes: Int
    /// Shorter ones are joined to their neighbour, where that does not become too long.
    private let shortest: Int64
    /// What is said here of pictures' times was planned by decoding times, which may be a little off.
    private var shortestAllowed: Int64 { shortest / 2 }
    private let longestAllowed: Int64
    /// What a container's coarse times, and the order in which pictures are shown, may add to a segment.
    private static let tolerance = Int64(0.5 * Track.ticksPerSecond)
    private var start: Int64 = 0
    private var firstPTSOfLast: Int64?

    /// - Parameters:
    ///   - segmentSeconds: the target, of which every segment has to have a quarter, and none much more than twice as much.
    ///   - maxBytes: of all segments together.
    init(directory: String, key: ContentKey, segmentSeconds: Double, maxBytes: Int) {
        self.directory = directory
        self.key = key
        self.maxBytes = maxBytes
        shortest = Int64(segmentSeconds * SegmentGrid.sliverShare * Track.ticksPerSecond)
        longestAllowed =
            Int64(segmentSeconds * CopyRules.longestSegment * Track.ticksPerSecond) + Self.tolerance
    }

    /// Whether bytes have a place to go.
    var isOpen: Bool { sink.segment != nil }

    /// Opens the next segment, whose first picture is shown at `pts`. The one before must be closed.
    func open(at pts: Int64) throws(MediaError) {
        sink.segment = try EncryptedSegment(
            path: path(segments.count), key: key, sequenceNumber: segments.count,
            maxWrite: SegmentSink.bufferSize)
        start = pts
    }

    /// Finishes the open segment, which ends at `pts`. The muxer must have been flushed.
    func close(at pts: Int64) throws(MediaError) {
        guard let segment = sink.segment else { return }
        let number = segments.count
        try sink.inspector.endSegment()
        try checkDuration()
        try segment.finish()
        sink.segment = nil
        try SegmentReader(key: key).check(
            path(number), sequenceNumber: number, head: segment.head, plainCount: segment.byteCount)
        byteCount += segment.byteCount
        guard byteCount <= maxBytes else {
            throw MediaError(.unsupported, "The lesson would become too large.", operation: "output limit")
        }
        // A lesson that breaks a rule is made anew, so it is given up as soon as that is seen.
        if let last = segments.last { try checkLength(last, isAlone: false) }
        segments.append(.init(name: LessonFile.segment(number), ticks: pts - start))
        storedBytes.append(segment.storedBytes)
    }

    /// Of a segment that goes on as it is.
    private func checkLength(_ segment: MediaPlaylist.Segment, isAlone: Bool) throws(MediaError) {
        guard segment.ticks > 0 && (segment.ticks >= shortestAllowed || isAlone) else {
            throw OutputRule.noSliver.broken("a segment")
        }
        guard segment.ticks <= longestAllowed else {
            throw OutputRule.realDurations.broken("a segment is too long")
        }
    }

    /// Writes the playlist once all segments are closed. Throws `.unsupported` where there are none.
    func finish() throws(MediaError) {
        try joinSliver()
        guard !segments.isEmpty else {
            throw MediaError(.unsupported, "There are no pictures in this video.", operation: "finish")
        }
        let playlist = MediaPlaylist(segments: segments)
        try check(playlist)
        try OutputFile.write(Array(playlist.text.utf8), to: directory + "/output.m3u8")
    }

    private func path(_ number: Int) -> String { directory + "/" + LessonFile.segment(number) }

    /// A last segment that nobody would notice becomes the end of the one before it, which is encrypted anew.
    private func joinSliver() throws(MediaError) {
        guard let last = segments.last, segments.count > 1, last.ticks < shortest else { return }
        let number = segments.count - 2
        guard segments[number].ticks + last.ticks <= longestAllowed else { return }
        let reader = SegmentReader(key: key)
        let plain =
            try reader.plain(path(number), sequenceNumber: number)
            + (try reader.plain(path(number + 1), sequenceNumber: number + 1))
        let joined = try EncryptedSegment(
            path: path(number), key: key, sequenceNumber: number, maxWrite: plain.count)
        try joined.write(plain)
        try joined.finish()
        try reader.check(
            path(number), sequenceNumber: number, head: joined.head, plainCount: plain.count)
        unlink(path(number + 1))
        let ticks = segments[number].ticks + last.ticks
        segments.removeLast(2)
        segments.append(.init(name: LessonFile.segment(number), ticks: ticks))
        storedBytes.removeLast(2)
        storedBytes.append(joined.storedBytes)
    }

    /// What the segment before was said to last is what lies between its first picture and this one's.
    private func checkDuration() throws(MediaError) {
        let first = sink.inspector.firstPTS ?? 0
        if let said = segments.last?.ticks, let before = firstPTSOfLast,
            (first - before - said) % (1 << 33) != 0
        {
            throw OutputRule.realDurations.broken("segment \(segments.count - 1)")
        }
        firstPTSOfLast = first
    }

    private func check(_ playlist: MediaPlaylist) throws(MediaError) {
        let longest = segments.map { Double($0.ticks) / Track.ticksPerSecond }.max() ?? 0
        guard Int64(longest.rounded()) <= playlist.targetDuration else {
            throw OutputRule.realDurations.broken("the target duration is too short")
        }
        for segment in segments.suffix(2) { try checkLength(segment, isAlone: segments.count == 1) }
    }
}
