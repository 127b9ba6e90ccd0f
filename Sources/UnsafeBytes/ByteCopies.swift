import Glibc

// What goes through memory at its own pace, for the rooms that have no pointers. None is let out, and none leaves what
// it was given by that one's own count.

extension Array where Element == UInt8 {
    /// Appends all of `bytes`, as `append(contentsOf:)` does of an array; but the owner of the bytes is not counted as
    /// used and unused for it, which was a fifth of a long playlist's time.
    package mutating func append(copying bytes: Span<UInt8>) {
        append(addingCapacity: bytes.count) { $0.append(copying: bytes) }
    }

    /// Appends one after the other, with one look at the room that is left.
    package mutating func append(copying first: Span<UInt8>, _ second: Span<UInt8>, _ third: Span<UInt8>) {
        append(addingCapacity: first.count + second.count + third.count) { output in
            output.append(copying: first)
            output.append(copying: second)
            output.append(copying: third)
        }
    }
}

extension OutputSpan where Element == UInt8 {
    fileprivate mutating func append(copying bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { source in
            withUnsafeMutableBufferPointer { target, count in
                count = target[count...].initialize(fromContentsOf: source)
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

    /// How often `byte` occurs; a loop without checks, which the compiler turns into one over many bytes at a time.
    package func count(of byte: UInt8) -> Int {
        withUnsafeBufferPointer { bytes in
            var count = 0
            for other in bytes where other == byte { count &+= 1 }
            return count
        }
    }
}
