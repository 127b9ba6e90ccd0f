import Testing
import UnsafeBytes

@Suite struct ByteCopiesTests {
    @Test func appendedAreTheBytesThatWereGiven() {
        var (copied, appended): ([UInt8], [UInt8]) = ([], [])
        let source = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for count in [0, 1, 15, 16, 0, 4096, 5000] {
            copied.append(copying: source.span.extracting(first: count))
            appended.append(contentsOf: source.prefix(count))
            #expect(copied == appended)
        }
    }

    @Test func severalAreAppendedInTheirOrder() {
        let source = [UInt8](0...99)
        var bytes: [UInt8] = [7]
        bytes.append(copying: source.span.extracting(90..<100), source.span.extracting(0..<0), source.span)
        #expect(bytes == [7] + Array(90...99) + source)
    }

    @Test func appendingLeavesOtherCopiesAlone() {
        let before: [UInt8] = [1, 2]
        var after = before
        after.append(copying: before.span)
        #expect(before == [1, 2])
        #expect(after == [1, 2, 1, 2])
    }

    @Test func theFirstIsFoundFromEverywhere() {
        let bytes: [UInt8] = [10, 0, 7, 255] + [UInt8](repeating: 1, count: 100) + [7]
        for byte in [UInt8](0...255) {
            for start in 0...bytes.count + 1 {
                let expected = bytes.indices.first { $0 >= start && bytes[$0] == byte }
                #expect(bytes.span.firstIndex(of: byte, from: start) == expected)
            }
            #expect(bytes.span.count(of: byte) == bytes.count { $0 == byte })
        }
        #expect([UInt8]().span.firstIndex(of: 0, from: 0) == nil)
    }
}
