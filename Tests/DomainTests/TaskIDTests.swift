import Testing

@testable import Domain

@Suite("A task's id")
struct TaskIDTests {
    @Test("is made at random, in the form that is read")
    func makes() throws {
        let ids = (0..<100).map { _ in TaskID(random: (.random(in: 0 ... .max), .random(in: 0 ... .max))) }
        #expect(Set(ids).count == ids.count)
        for id in ids {
            #expect(TaskID(id.value) == id)
            let text = Array(id.value)
            #expect(text[14] == "4" && "89ab".contains(text[19]))
        }
    }

    @Test("has every bit of what it is made of, but for the version's and the variant's")
    func keepsItsBits() {
        #expect(TaskID(random: (0, 0)).value == "00000000-0000-4000-8000-000000000000")
        #expect(TaskID(random: (.max, .max)).value == "ffffffff-ffff-4fff-bfff-ffffffffffff")
        #expect(
            TaskID(random: (0x0807_0605_0403_0201, 0x100F_0E0D_0C0B_0A09)).value
                == "01020304-0506-4708-890a-0b0c0d0e0f10")
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
