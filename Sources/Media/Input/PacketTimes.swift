import CLibAV
import MediaProtocol

/// Keeps the times of packets where they can be calculated with: no honest file is near these limits, and an
/// overflow would end the process.
enum PacketTimes {
    /// Seconds; three hundred years, because some cameras count from 1970.
    private static let limit = 1e10

    /// Throws `.unsupported` for times beyond the limit; a duration beyond it counts as none.
    static func check(_ packet: Packet, timeBase: AVRational) throws(MediaError) {
        guard isSane(packet.pts ?? 0, timeBase), isSane(packet.dts ?? 0, timeBase) else {
            throw MediaError(
                .unsupported, "The file is damaged: its times make no sense.", operation: "times")
        }
        if packet.duration < 0 || !isSane(packet.duration, timeBase) { packet.pointer.pointee.duration = 0 }
    }

    /// Whether a time is within the limit.
    static func isSane(_ time: Int64, _ timeBase: AVRational) -> Bool {
        abs(Double(time) * timeBase.secondsPerTick) <= limit
            && time.magnitude <= 1 << 53
    }
}
