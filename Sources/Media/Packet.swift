import CLibAV
import Glibc
import MediaProtocol

/// One compressed packet and its owner (packet.h: AVPacket).
final class Packet {
    /// Valid as long as this object; libav functions take it.
    let pointer: UnsafeMutablePointer<AVPacket>

    init() throws(MediaError) {
        guard let pointer = av_packet_alloc() else { throw .outOfMemory("av_packet_alloc") }
        self.pointer = pointer
    }

    /// A packet with these contents.
    convenience init(_ bytes: [UInt8]) throws(MediaError) {
        try self.init()
        let code = av_new_packet(pointer, Int32(bytes.count))
        guard code >= 0 else { throw .library("av_new_packet", code) }
        bytes.withUnsafeBytes { source in
            if let start = source.baseAddress { memcpy(pointer.pointee.data, start, source.count) }
        }
    }

    deinit {
        var owned: UnsafeMutablePointer<AVPacket>? = pointer
        av_packet_free(&owned)
    }

    var streamIndex: Int { Int(pointer.pointee.stream_index) }
    var pts: Int64? { Self.timestamp(pointer.pointee.pts) }
    var dts: Int64? { Self.timestamp(pointer.pointee.dts) }
    var duration: Int64 { pointer.pointee.duration }
    var isKey: Bool { pointer.pointee.flags & AV_PKT_FLAG_KEY != 0 }
    var isCorrupt: Bool { pointer.pointee.flags & AV_PKT_FLAG_CORRUPT != 0 }
    /// Needed to decode others, never shown: in front of an edit list's start.
    var isDiscarded: Bool { pointer.pointee.flags & AV_PKT_FLAG_DISCARD != 0 }

    /// The container says how it is encrypted (encryption_info.h), and libavformat has no key.
    var isEncrypted: Bool {
        var size = 0
        return av_packet_get_side_data(pointer, AV_PKT_DATA_ENCRYPTION_INFO, &size) != nil
    }

    /// Codec headers that hold from here on; nil where they stay. An MP4 may have several (ISO/IEC 14496-12 §8.5.2),
    /// FLV repeats the same ones.
    var newHeaders: [UInt8]? {
        var size = 0
        guard let data = av_packet_get_side_data(pointer, AV_PKT_DATA_NEW_EXTRADATA, &size) else {
            return nil
        }
        return Array(UnsafeBufferPointer(start: data, count: size))
    }

    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: pointer.pointee.data, count: Int(max(0, pointer.pointee.size)))
    }

    /// Another packet with the contents of this one, which is empty from then on (packet.h: av_packet_move_ref).
    func moved() throws(MediaError) -> Packet {
        let packet = try Packet()
        av_packet_move_ref(packet.pointer, pointer)
        return packet
    }

    /// Gives the data back; the packet can be filled again.
    func unreference() {
        av_packet_unref(pointer)
    }

    /// avutil.h: AV_NOPTS_VALUE means that there is none.
    static func timestamp(_ value: Int64) -> Int64? {
        value == focust_av_nopts_value ? nil : value
    }
}
