/// One box of an MP4 or MOV file (ISO/IEC 14496-12 §4.2).
struct Box: Equatable {
    /// Four characters.
    let type: String
    /// Where its head begins, and how long that is.
    let start: Int
    let headSize: Int
    /// Of head and content together.
    let size: Int

    var content: Range<Int> { start + headSize..<start + size }

    /// Reads the head at `start` of `bytes`, which begin at `base` of a file that ends at `end`.
    ///
    /// Nil where there is none or where it reaches beyond `end`.
    init?(_ bytes: [UInt8], at start: Int, base: Int = 0, end: Int) {
        let position = start - base
        guard position >= 0, position + 8 <= bytes.count else { return nil }
        var size = Self.number(bytes, at: position, count: 4)
        var headSize = 8
        if size == 1 {
            guard position + 16 <= bytes.count else { return nil }
            size = Self.number(bytes, at: position + 8, count: 8)
            headSize = 16
        } else if size == 0 {
            size = end - start
        }
        guard size >= headSize, size <= end - start else { return nil }
        type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
        self.start = start
        self.headSize = headSize
        self.size = size
    }

    /// A big-endian number; 64-bit ones beyond any file's size count as negative and are refused by the caller.
    static func number(_ bytes: [UInt8], at position: Int, count: Int) -> Int {
        bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
    }
}
