import Domain

extension Settings {
    static func readLadder(_ reader: inout SettingsReader) -> Ladder {
        let rungs = reader.value(
            "FOCUST_RENDITIONS", or: Ladder.defaultRungs,
            expected:
                "none, or 1 to \(Ladder.maxRungs) renditions such as \(Ladder.defaultText): an even shorter side "
                + "from 64 to 4320, a colon, the highest bit rate and, if frames shall be left out, @ and the most "
                + "frames per second; each of a lower rate than the one before it and no larger"
        ) { Ladder.rungs($0) }
        let maxBitrate = reader.value(
            "FOCUST_MAX_BITRATE", or: Ladder.defaultMaxBitrate,
            expected: "bits per second from 8k to 1000M, such as 5000k or 5M"
        ) { BitRate.parse($0) }
        // Otherwise the best rendition would be worse than the one below it.
        if let largest = rungs.first, largest.maxBitrate >= maxBitrate {
            reader.complain(
                "FOCUST_MAX_BITRATE", "\(maxBitrate)",
                "more than the first of FOCUST_RENDITIONS, which is \(largest.maxBitrate)")
        }
        return Ladder(rungs: rungs, maxBitrate: maxBitrate)
    }

    static func readCallbackEvents(_ reader: inout SettingsReader) -> Set<CallbackEvent> {
        let names = reader.list("FOCUST_CALLBACK_EVENTS")
        guard names != ["none"] else { return [] }
        let events = names.compactMap { CallbackEvent(rawValue: $0) }
        if events.count != names.count {
            let known = CallbackEvent.allCases.map(\.rawValue).joined(separator: ", ")
            reader.complain(
                "FOCUST_CALLBACK_EVENTS", names.joined(separator: ","), "none, or comma-separated: \(known)")
        }
        return Set(events)
    }
}
