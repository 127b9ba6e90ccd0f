import Testing

@testable import Domain

@Suite("A lesson path")
struct LessonPathTests {
    @Test("is four ids, and comes back from its own text")
    func accepts() throws {
        let path = try #require(LessonPath("t-1/c.2/m_3/4"))
        #expect(path.trainer.value == "t-1")
        #expect(path.course.value == "c.2")
        #expect(path.module.value == "m_3")
        #expect(path.lesson.value == "4")
        #expect(path.description == "t-1/c.2/m_3/4")
        #expect(LessonPath(path.description) == path)
    }

    @Test(
        "is nothing else",
        arguments: [
            "", "/", "///", "t", "t/c/m", "t/c/m/l/x", "/t/c/m/l", "t/c/m/l/", "t//m/l", "t/c/m/", "/c/m/l",
            "t/c/m/..",
            "../c/m/l", "t/./m/l", "t/c/m/.l", "t/c/m/l\0", "t/c/m/l ", "t\\c\\m\\l", "t%2Fc%2Fm%2Fl",
            "t/c/m/%2e",
            "t/c/m/l?", "t/c/m/l#", "t/c/m/l\n", "t/\u{301}c/m/l", "t/c/m/l/\u{301}", "t∕c∕m∕l",
            String(repeating: "/", count: 10_000),
        ])
    func refuses(text: String) {
        #expect(LessonPath(text) == nil)
    }
}

@Suite("A lesson's location")
struct LessonLocationTests {
    @Test("is four ids deep")
    func lesson() throws {
        let location = try #require(LessonLocation("t/c/m/l"))
        #expect(location == .lesson(try #require(LessonPath("t/c/m/l"))))
        #expect(location.description == "t/c/m/l")
        #expect(location.videoID.value == "l")
        #expect(location.ownerID.value == "t")
        #expect(location.urlRoot == "hls2")
    }

    @Test("is two ids deep in the older layout")
    func flat() throws {
        let location = try #require(LessonLocation("u/v"))
        #expect(location.description == "u/v")
        #expect(location.videoID.value == "v")
        #expect(location.ownerID.value == "u")
        #expect(location.urlRoot == "hls")
        #expect(LessonLocation(location.description) == location)
    }

    @Test(
        "is nothing else",
        arguments: ["", "u", "u/", "/v", "u/v/", "u//v", "u/v/w", "u/..", "../v", "u\\v", "a/b/c/d/e"])
    func refuses(text: String) {
        #expect(LessonLocation(text) == nil)
    }
}
