import MediaProtocol

/// What must hold of every lesson before anybody sees it; the raw value is the name in the failed task.
package enum OutputRule: String, Sendable, CaseIterable {
    /// 188-byte packets that begin with 0x47 (ISO/IEC 13818-1 §2.4.3.2).
    case packets = "ts-packets"
    /// The first two packets of a segment are a PAT and the PMT it names (RFC 8216 §3.2).
    case tablesFirst = "tables-first"
    /// A segment's first picture is an IDR picture with its parameter sets in front.
    case independentStart = "independent-start"
    /// The parameter sets say the size, shape and colours that the pictures have, and no level but what those need.
    case trueHeaders = "true-headers"
    /// Continuity counters go on from segment to segment (ISO/IEC 13818-1 §2.4.3.3).
    case continuity = "continuity"
    /// Decoding times of the pictures rise without a break.
    case risingTimes = "rising-times"
    /// Sound is AAC in ADTS frames.
    case framedSound = "adts"
    /// `EXTINF` is the distance of two first pictures, none much longer than twice the target, and
    /// `EXT-X-TARGETDURATION` no less than any, rounded.
    case realDurations = "durations"
    /// No segment is empty or a sliver.
    case noSliver = "sliver"
    /// A segment on disk is as long as what was encrypted, and begins and ends with it under the lesson's key.
    case decrypts = "decrypts"
    /// A stream that was to be copied turned out to be unfit on the way.
    case copySafe = "copy-safe"
    /// Sound that was to be copied turned out to be unfit on the way; the pictures need not suffer for it.
    case soundCopySafe = "sound-copy-safe"
    /// A lesson that names sound has some.
    case soundPresent = "sound-present"
    /// All renditions of a lesson are cut at the same instants, and say so in the same words.
    case alignment = "alignment"
    /// A rendition takes no more of a line than was planned for it.
    case cappedRate = "capped-rate"
    /// A rendition's codecs have names that players know (RFC 6381).
    case namedCodecs = "named-codecs"

    /// The error for a lesson that breaks this rule; `what` says where.
    func broken(_ what: String) -> MediaError {
        MediaError(
            .invalidOutput, "The produced lesson broke the rule \(rawValue): \(what).", operation: "check",
            rule: rawValue)
    }
}
