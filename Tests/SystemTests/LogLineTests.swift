import Formats
import System
import Testing

@Suite struct LogLineTests {
    private func line(_ format: LogFormat, _ pairs: [(String, String)]) -> String {
        var line = LogLine(format)
        for (key, value) in pairs { line.append(key, value) }
        return line.finished()
    }

    @Test func `Logfmt quotes what needs it`() {
        let text = line(.logfmt, [("event", "ready"), ("path", "/a b"), ("empty", ""), ("eq", "a=b")])
        #expect(text == "event=ready path=\"/a b\" empty=\"\" eq=\"a=b\"\n")
    }

    @Test func `JSON is one object a line`() {
        #expect(line(.json, [("event", "a\"b"), ("n", "1")]) == #"{"event":"a\"b","n":"1"}"# + "\n")
    }

    @Test(arguments: LogFormat.allCases)
    func `A value cannot begin a line of its own`(format: LogFormat) {
        let text = line(format, [("path", "/x\nlevel=error event=forged\r\u{1b}[2J\u{0}")])
        #expect(text.filter { $0 == "\n" }.count == 1 && text.last == "\n")
        #expect(!text.dropLast().unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test(
        arguments: LogFormat.allCases,
        [
            "\u{9b}", "\u{378}", "\u{80}", "\u{85}", "\u{200b}", "\u{200e}", "\u{202a}", "\u{202e}",
            "\u{2066}", "\u{2069}",
            "\u{2028}", "\u{2029}", "\u{feff}", "\u{ad}", "\u{61c}", "\u{e000}", "\u{e0041}",
            "\u{100000}", "\u{3164}", "\u{fe0f}", "\u{7f}", "\u{0}",
        ])
    func `What is not printable is escaped, in whichever plane`(format: LogFormat, value: String) throws {
        let text = line(format, [("path", "/a\(value)b")])
        #expect(!text.unicodeScalars.contains(where: value.unicodeScalars.contains))
        #expect(text.hasSuffix(format == .json ? #"b"}"# + "\n" : "b\"\n"))
        // What the escapes mean is what came.
        let quoted = format == .json ? text.dropLast() : #"{"path":"# + text.dropFirst(5).dropLast() + "}"
        #expect(try JSONValue.parse(Array(quoted.utf8))["path"]?.stringValue == "/a\(value)b")
    }

    @Test(arguments: LogFormat.allCases, ["Leçon 1.mp4", "日本語", "مرحبا", "😀", "e\u{301}", "№ ½ €"])
    func `What is printable stays readable`(format: LogFormat, value: String) {
        #expect(line(format, [("filename", value)]).contains(value))
    }
}
