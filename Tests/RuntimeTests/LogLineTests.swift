import Runtime
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
}
