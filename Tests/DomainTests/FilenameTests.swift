import Testing

@testable import Domain

@Suite("A filename")
struct FilenameTests {
    @Test(
        "is cleaned of all that is not a name",
        arguments: [
            ("a.mp4", "a.mp4"), ("Leçon 1.mp4", "Leçon 1.mp4"), ("/etc/passwd", "passwd"),
            ("../../a.mp4", "a.mp4"),
            ("C:\\Users\\x\\a.mp4", "a.mp4"), ("..\\..\\a.mp4", "a.mp4"), ("a/b\\c.mp4", "c.mp4"),
            (".htaccess", "htaccess"), ("...a..mp4", "a..mp4"), (". . a.mp4 ", "a.mp4"), ("a\0.mp4", "a.mp4"),
            ("a\r\nb.mp4", "ab.mp4"), ("\"a\".mp4", "a.mp4"), ("a\u{202E}4pm.exe", "a4pm.exe"),
            ("\u{FEFF}a.ts", "a.ts"),
            ("a\u{2028}b.ts", "ab.ts"), ("\u{1F}\u{7F}\u{85}a", "a"), ("日本 😀.mov", "日本 😀.mov"),
            ("a%2Fb.mp4", "a%2Fb.mp4"),
            ("\0.a", "a"), ("a.", "a."), ("\u{200D}.\u{200D}.a", "a"),
        ])
    func cleans(raw: String, name: String) {
        #expect(Filename(cleaning: raw)?.value == name)
    }

    @Test(
        "never holds a slash, though a combining character hides it from the eye",
        arguments: [
            "../\u{301}a.mp4", "x/\u{200D}a.mp4", "x\\\u{308}a.mp4", "..\u{200D}/\u{200D}..\u{200D}/a.mp4",
            "/\u{FE0F}a",
        ])
    func findsHiddenSlashes(raw: String) throws {
        let name = try #require(Filename(cleaning: raw))
        #expect(!name.value.unicodeScalars.contains { $0 == "/" || $0 == "\\" })
        #expect(name.value.hasSuffix("a.mp4") || name.value.hasSuffix("a"))
    }

    @Test(
        "is nothing where nothing is left",
        arguments: ["", ".", "..", "...", " ", "a/", "/", "\\", "\0", "\"", "\u{200B}", ". ."])
    func refusesEmpty(raw: String) {
        #expect(Filename(cleaning: raw) == nil)
    }

    @Test(
        "is one for NFD and NFC",
        arguments: [
            ("Lec\u{327}on.mp4", "Leçon.mp4"), ("e\u{200D}\u{301}.ts", "é.ts"),
            ("\u{1112}\u{1161}.ts", "하.ts"),
        ])
    func composes(raw: String, name: String) throws {
        let cleaned = try #require(Filename(cleaning: raw))
        #expect(Array(cleaned.value.utf8) == Array(name.utf8))
    }

    @Test(
        "is cut to 200 bytes before its extension, between characters",
        arguments: [
            (String(repeating: "a", count: 300) + ".mp4", String(repeating: "a", count: 196) + ".mp4"),
            (String(repeating: "é", count: 150) + ".mp4", String(repeating: "é", count: 98) + ".mp4"),
            (String(repeating: "😀", count: 60) + ".webm", String(repeating: "😀", count: 48) + ".webm"),
            (String(repeating: "a", count: 201), String(repeating: "a", count: 200)),
            (String(repeating: "a", count: 196) + ".mp4", String(repeating: "a", count: 196) + ".mp4"),
            ("a." + String(repeating: "b", count: 300), "a." + String(repeating: "b", count: 198)),
            (String(repeating: "a", count: 199) + " b", String(repeating: "a", count: 199)),
        ])
    func shortens(raw: String, name: String) {
        #expect(Filename(cleaning: raw)?.value == name)
    }

    @Test("made of one endless character keeps a stem and its extension")
    func shortensOneCharacter() throws {
        let name = try #require(Filename(cleaning: "q" + String(repeating: "\u{301}", count: 300) + ".mp4"))
        #expect(name.value.unicodeScalars.first == "q")
        #expect(name.pathExtension == "mp4")
        #expect(name.value.utf8.count <= Filename.maxBytes)
    }

    @Test(
        "once clean stays as it is",
        arguments: [
            "..\u{200D}a", "e\u{200D}\u{301}", String(repeating: "a", count: 199) + " b", "x/\u{200D}..a",
            "q" + String(repeating: "\u{301}", count: 300) + ".mp4", ".\u{301}a", " \u{301}", "a \u{200B}",
            "\u{37E}",
            String(repeating: "a ", count: 150),
        ])
    func isIdempotent(raw: String) throws {
        let name = try #require(Filename(cleaning: raw))
        #expect(Filename(cleaning: name.value).map { Array($0.value.utf8) } == Array(name.value.utf8))
        #expect(Filename(name.value) == name)
    }

    @Test(
        "is taken as it is only where it is clean", arguments: ["a.mp4", "Leçon 1.mp4", "Lec\u{327}on 1.mp4"])
    func takesCleanNames(raw: String) {
        #expect(Filename(raw) != nil)
    }

    @Test(
        "is refused where cleaning would change it",
        arguments: [
            "", "..", ".a", "a/b", "../a", "a\\b", "a\0", "a ", " a", "a\"", "a\n", "a\u{200B}",
            String(repeating: "a", count: 201),
        ])
    func refusesUncleanNames(raw: String) {
        #expect(Filename(raw) == nil)
    }

    @Test(
        "has an extension and a stem",
        arguments: [
            ("a.MP4", "mp4", "a"), ("a.tar.Gz", "gz", "a"), ("a", "", "a"), ("a.", "", "a"),
            ("é.x.mp4", "mp4", "é"),
        ])
    func parts(raw: String, pathExtension: String, stem: String) throws {
        let name = try #require(Filename(raw))
        #expect(name.pathExtension == pathExtension)
        #expect(name.stemBeforeFirstDot == stem)
    }

    @Test(
        "tells the kind of video",
        arguments: [("a.mp4", VideoFileType.mp4), ("a.MTS", .mts), ("a.b.3GP", .threeGP)])
    func videoType(raw: String, type: VideoFileType) throws {
        #expect(VideoFileType(of: try #require(Filename(raw))) == type)
    }

    @Test(
        "of another kind is no video",
        arguments: ["mp4", "a.mp3", "a.mp4.exe", "a.m3u8", "a.", "a.mp4\u{301}", "a.ｍp4"])
    func notVideo(raw: String) throws {
        #expect(VideoFileType(of: try #require(Filename(raw))) == nil)
    }
}
