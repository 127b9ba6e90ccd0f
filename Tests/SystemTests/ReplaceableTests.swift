import Glibc
import Synchronization
import System
import Testing

private final class Value: Sendable {
    let number: Int
    init(_ number: Int) { self.number = number }
}

@Suite struct ReplaceableTests {
    @Test func `A reader sees what was there when it was made, and each replacement`() {
        let value = Replaceable(Value(1))
        let reader = value.makeReader()
        #expect(reader.current().number == 1)
        value.replace(with: Value(2))
        value.replace(with: Value(3))
        #expect(reader.current().number == 3 && value.makeReader().current().number == 3)
    }

    @Test func `A reader on another thread never goes back, and sees the last one`() throws {
        let value = Replaceable(Value(0))
        let failures = Atomic(0)
        let threads = try (0..<4).map { _ in
            try Thread(name: "reader") {
                let reader = value.makeReader()
                var last = 0
                while last < 2000 {
                    let number = reader.current().number
                    if number < last { failures.wrappingAdd(1, ordering: .relaxed) }
                    last = number
                }
            }
        }
        for number in 1...2000 { value.replace(with: Value(number)) }
        for thread in threads { thread.join() }
        #expect(failures.load(ordering: .relaxed) == 0)
    }

    @Test func `What was replaced is let go when its readers have moved on`() {
        let value = Replaceable(Value(1))
        let reader = value.makeReader()
        weak let first = reader.current()
        value.replace(with: Value(2))
        #expect(first != nil)
        #expect(reader.current().number == 2)
        #expect(first == nil)
    }
}
