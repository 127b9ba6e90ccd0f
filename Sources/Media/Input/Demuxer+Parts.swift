import MediaProtocol

extension Demuxer {
    /// The bytes of all parts, in order.
    var parts: [Range<Int64>] { [0..<(laterParts.first?.lowerBound ?? byteSize)] + laterParts }

    /// Opens a later part. Throws `.unsupported` where the film cannot go on in it.
    func later(_ range: Range<Int64>) throws(MediaError) -> Demuxer {
        let part = try next(range)
        if let refusal = part.selection.refusal { throw refusal }
        guard selection.audio != nil || part.selection.audio == nil else {
            throw MediaError(.unsupported, "It has sound that its beginning lacks.", operation: "parts")
        }
        return part
    }
}

/// What the later parts of a recording are, each of which is opened for it.
struct PartsSurvey {
    /// Seconds of all parts together; nil where none says.
    private(set) var duration: Double?
    /// Pictures in a second, of the part that has most.
    private(set) var highestRate = 0.0
    /// Why the film cannot go on in one of them; nil where it can.
    private(set) var refusal: MediaError?

    init(_ demuxer: Demuxer) {
        var (seconds, bytes) = demuxer.ownDuration.map { ($0, demuxer.input.size) } ?? (0, 0)
        var lost = LostParts(byteSize: demuxer.byteSize)
        for range in demuxer.laterParts where refusal == nil {
            do throws(MediaError) {
                let part = try demuxer.later(range)
                highestRate = max(highestRate, part.selection.video?.videoFacts.highestRate ?? 0)
                guard let own = part.ownDuration else { continue }
                seconds += own
                bytes += Int64(range.count)
            } catch {
                refusal = Self.refusal(range, error, &lost)
            }
        }
        guard bytes > 0 else { return }
        // What is estimated by the size alone is no claim that a film could be refused for.
        let whole = seconds * Double(demuxer.byteSize) / Double(bytes)
        duration = whole > demuxer.maxDuration ? seconds : whole
    }

    private static func refusal(
        _ range: Range<Int64>, _ error: MediaError, _ lost: inout LostParts
    ) -> MediaError? {
        do throws(MediaError) {
            try lost.leaveOut(range, because: error)
            return nil
        } catch {
            return error
        }
    }
}
