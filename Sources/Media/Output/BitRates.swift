/// What a rendition asks of a line, by the sizes of its files as they are stored.
struct BitRates: Equatable {
    /// Bits per second of the segment that has most of them (RFC 8216 §4.3.4.2, BANDWIDTH).
    let largest: Int
    /// Bits per second of all segments together (AVERAGE-BANDWIDTH).
    let average: Int

    /// - Parameter segments: bytes and seconds of each.
    init(_ segments: some Sequence<(bytes: Int, seconds: Double)>) {
        var (bytes, seconds, largest) = (0, 0.0, 0.0)
        for segment in segments where segment.seconds > 0 {
            bytes += segment.bytes
            seconds += segment.seconds
            largest = max(largest, Double(8 * segment.bytes) / segment.seconds)
        }
        average = seconds > 0 ? max(1, Int((Double(8 * bytes) / seconds).rounded())) : 1
        self.largest = max(average, Int(largest.rounded(.up)))
    }
}
