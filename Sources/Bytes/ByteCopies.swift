import Glibc

// What goes through memory at its own pace, for the rooms that have no pointers. None is let out, and none leaves what
// it was given by that one's own count.

extension Array where Element == UInt8 {
    /// Appends all of `bytes`, as `append(contentsOf:)` does of an array; but the owner of the bytes is not counted as
    /// used and unused for it, which was a fifth of a long playlist's time.
    package mutating func append(copying bytes: Span<UInt8>) {
        append(addingCapacity: bytes.count) { output in
            bytes.withUnsafeBufferPointer { source in
                output.withUnsafeMutableBufferPointer { target, count in
                    count = target[count...].initialize(fromContentsOf: source)
                }
            }
        }
    }
}

extension Span where Element == UInt8 {
    /// Where `byte` stands first, at or after `start`; nil where it does not (memchr(3), 32 bytes at a time).
    package func firstIndex(of byte: UInt8, from start: Int) -> Int? {
        guard start < count else { return nil }
        return extracting(start..<count).withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, let found = memchr(base, Int32(byte), bytes.count) else {
                return nil
            }
            return start + (UnsafeRawPointer(found) - base)
        }
    }
}
