import Testing

@testable import Domain

@Suite("A task's id")
struct TaskIDTests {
    @Test("is made at random, in the form that is read")
    func makes() throws {
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<100).map { _ in TaskID(using: &generator) }
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(TaskID(id.value) == id)
            let text = Array(id.value)
            #expect(text[14] == "4" && "89ab".contains(text[19]))
        }
    }

    @Test(
        "is refused in any other form",
        arguments: [
            "", "a", "0190b6e2-7a4e-4c3b-9f00-0123456789A0", "0190b6e27a4e4c3b9f000123456789a0",
            "0190b6e2-7a4e-4c3b-9f00-0123456789a", "0190b6e2-7a4e-4c3b-9f00-0123456789a00",
            "0190b6e2-7a4e-4c3b-9f00-0123456789a0-", "{0190b6e2-7a4e-4c3b-9f00-0123456789a0}",
            "0190b6e2-7a4e-4c3b-9f00-0123456789g0", "0190b6e2-7a4e-4c3b-9f00-0123456789a ",
            "../../..-7a4e-4c3b-9f00-0123456789a0",
        ])
    func refuses(text: String) {
        #expect(TaskID(text) == nil)
    }
}
