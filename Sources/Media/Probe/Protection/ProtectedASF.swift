/// Whether a WMV is encrypted: its header says so in an object of its own (Advanced Systems Format §3.14 to §3.16).
enum ProtectedASF {
    /// Bytes of the header that are looked at.
    private static let maxHeader = 1 << 20
    /// Objects in the header.
    private static let maxObjects = 1_000
    /// GUIDs as they stand in a file: the first three numbers little-endian.
    private static let header: [UInt8] = [
        0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11, 0xA6, 0xD9, 0x00, 0xAA, 0x00, 0x62, 0xCE, 0x6C,
    ]
    private static let encryptions: [(object: [UInt8], scheme: String)] = [
        (
            [0xFB, 0xB3, 0x11, 0x22, 0x23, 0xBD, 0xD2, 0x11, 0xB4, 0xB7, 0x00, 0xA0, 0xC9, 0x55, 0xFC, 0x6E],
            "Windows Media DRM"
        ),
        (
            [0x14, 0xE6, 0x8A, 0x29, 0x22, 0x26, 0x17, 0x4C, 0xB9, 0x35, 0xDA, 0xE0, 0x7E, 0xE9, 0x28, 0x9C],
            "Windows Media DRM"
        ),
        (
            [0x33, 0x85, 0x05, 0x43, 0x81, 0x69, 0xE6, 0x49, 0x9B, 0x74, 0xAD, 0x12, 0xCB, 0x86, 0xD5, 0x8C],
            "Windows Media DRM for network devices"
        ),
    ]

    /// What the file is encrypted with; nil where it is not.
    static func scheme(_ input: FileInput) -> String? {
        let bytes = input.bytes(at: 0, count: Int(min(input.size, Int64(maxHeader))))
        guard bytes.count >= 30, bytes.starts(with: header) else { return nil }
        let end = min(bytes.count, max(0, number(bytes, at: 16)))
        var position = 30
        for _ in 0..<maxObjects where position + 24 <= end {
            let name = bytes[position..<position + 16]
            if let found = encryptions.first(where: { name.elementsEqual($0.object) }) { return found.scheme }
            let size = number(bytes, at: position + 16)
            guard size >= 24, size <= end - position else { break }
            position += size
        }
        return nil
    }

    /// Little-endian, eight bytes; beyond any file's size it is negative.
    private static func number(_ bytes: [UInt8], at position: Int) -> Int {
        bytes[position..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}
