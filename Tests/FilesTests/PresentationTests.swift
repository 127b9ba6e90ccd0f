import Domain
import Foundation
import Testing

@testable import Files

@Suite struct PresentationTests {
    let fixture: Fixture
    let course: Presentation
    let module: Presentation
    var tree: DataDirectory { fixture.tree }

    init() throws {
        fixture = try Fixture()
        let (c, m) = (try #require(Identifier("c")), try #require(Identifier("m")))
        course = .course(c)
        module = .module(course: c, module: m)
    }

    private func commit(
        _ text: String, _ presentation: Presentation, _ type: VideoFileType, poster: String? = nil
    ) throws -> String {
        let film = try staged(text)
        if let poster {
            return try #require(
                try tree.commitPresentation(film, poster: staged(poster), as: presentation, type: type))
        }
        return try #require(try tree.commitPresentation(film, poster: nil, as: presentation, type: type))
    }

    @Test func `An upload that is not allowed any more once it is its turn changes nothing`() throws {
        let path = try commit("old", course, .mp4, poster: "still")
        let answer = try tree.commitPresentation(
            try staged("new"), poster: try staged("new still"), as: course, type: .webm, ifAllowed: { false })
        #expect(answer == nil)
        #expect(try fixture.text(path) == "old")
        #expect(try fixture.text("presentation_videos/courses/c/poster.jpg") == "still")
        #expect(try tree.presentationPath(of: course) == path)
        #expect(try FileSystem.names(in: tree.absolutePath("uploads/.staging")).isEmpty)
    }

    private func staged(_ text: String) throws -> StagingFile {
        var staged = try tree.makeStagingFile()
        try staged.write(Array(text.utf8).span)
        return staged
    }

    @Test func presentationsLieWhereNginxLooksForThem() throws {
        #expect(try commit("c", course, .mp4) == "presentation_videos/courses/c/presentation.mp4")
        #expect(try commit("m", module, .webm) == "presentation_videos/modules/c/m/presentation.webm")
        let flat = Presentation.flat(try #require(Filename("Été.mp4")))
        #expect(try commit("f", flat, .mp4) == "presentation_videos/Été.mp4")
        #expect(try fixture.text("presentation_videos/Été.mp4") == "f")
        #expect(try fixture.mode("presentation_videos/courses/c/presentation.mp4") == 0o644)
        #expect(try fixture.mode("presentation_videos/courses/c") == 0o755)
    }

    @Test(arguments: [VideoFileType.mp4, .mov])
    func `Of two that come within a second the later one has a later date`(type: VideoFileType) throws {
        _ = try commit("old", course, .mp4, poster: "one")
        // As if the second had been long.
        let dates = try ["presentation.mp4", "poster.jpg"].map {
            try date("presentation_videos/courses/c/\($0)", after: 1)
        }
        _ = try commit("new", course, type, poster: "two")
        #expect(try date("presentation_videos/courses/c/presentation.\(type.rawValue)") > dates[0])
        #expect(try date("presentation_videos/courses/c/poster.jpg") > dates[1])
        let flat = Presentation.flat(try #require(Filename("a.mp4")))
        _ = try commit("old", flat, .mp4)
        let last = try date("presentation_videos/a.mp4")
        _ = try commit("new", flat, .mp4)
        #expect(try date("presentation_videos/a.mp4") > last)
    }

    /// The date of a file in whole seconds, put off by some.
    private func date(_ relative: String, after seconds: Double = 0) throws -> Int {
        let path = tree.absolutePath(relative)
        let date = try #require(
            FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date)
        let later = Int(date.timeIntervalSince1970 + seconds)
        if seconds > 0 {
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: Double(later))], ofItemAtPath: path)
        }
        return later
    }

    @Test func aReplacementTakesTheOtherExtensionAway() throws {
        _ = try commit("old", course, .mov)
        _ = try commit("new", course, .mp4)
        #expect(try fixture.names("presentation_videos/courses/c") == ["presentation.mp4"])
        #expect(try tree.presentationPath(of: course) == "presentation_videos/courses/c/presentation.mp4")
        #expect(try tree.presentationPath(of: module) == nil)
    }

    @Test func ofTwoThatADeathLeftTheNewerStays() throws {
        _ = try commit("m", module, .mp4)
        _ = try commit("new", course, .mov)
        // As it was before the new one came, and would be had its upload died before removing it.
        try fixture.write("old", to: "presentation_videos/courses/c/presentation.mp4")
        try fixture.write("no presentation", to: "presentation_videos/courses/c/presentation.txt")
        try fixture.write("no course", to: "presentation_videos/courses/notes.txt")
        try fixture.write("no course", to: "presentation_videos/modules/notes.txt")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1)],
            ofItemAtPath: tree.absolutePath("presentation_videos/courses/c/presentation.mp4"))
        #expect(try tree.sweep() == ["presentation_videos/courses/c/presentation.mp4"])
        #expect(
            try fixture.names("presentation_videos/courses/c") == ["presentation.mov", "presentation.txt"])
        #expect(try tree.sweep().isEmpty)
        #expect(try tree.presentationPath(of: module) != nil)
    }

    @Test func aPosterIsThatOfThePresentationBesideIt() throws {
        for presentation in [course, module] {
            _ = try commit("old", presentation, .mov, poster: "old picture")
            let poster = try #require(presentation.poster)
            #expect(try fixture.text(poster) == "old picture" && fixture.mode(poster) == 0o644)
            #expect(try tree.presentationPath(of: presentation)?.hasSuffix("presentation.mov") == true)
            _ = try commit("new", presentation, .mp4, poster: "new picture")
            #expect(try fixture.text(poster) == "new picture")
            // None could be made of this one.
            _ = try commit("newer", presentation, .mp4)
            #expect(!fixture.exists(poster))
            _ = try commit("newest", presentation, .mp4, poster: "newest picture")
            try tree.removePresentation(presentation)
            #expect(!fixture.exists(poster))
        }
    }

    @Test func aLooseFileHasNoPoster() throws {
        let flat = Presentation.flat(try #require(Filename("film.mp4")))
        _ = try commit("f", flat, .mp4, poster: "picture")
        #expect(try fixture.names("presentation_videos").filter { $0.contains("poster") } == [])
        #expect(try fixture.names("uploads/.staging") == [])
    }

    @Test func aRemovedPresentationIsGoneAndAgainIsFine() throws {
        _ = try commit("c", course, .mp4)
        _ = try commit("m", module, .mp4)
        for _ in 0..<2 { try tree.removePresentation(course) }
        #expect(try tree.presentationPath(of: course) == nil)
        #expect(try tree.presentationPath(of: module) != nil)
    }
}
