import Settings
import Testing

@Suite struct EnvironmentFileTests {
    @Test func `Comments, quotes, spaces and continued lines are read as systemd reads them`() throws {
        let text = """
            # a comment
            ; another

            A=1
              B = two words \t
            C="with \\"quotes\\" and # no comment"
            D='single \\n'
            E=one \\
            two
            F=
            A=last
            """
        #expect(
            try EnvironmentFile.parse(text)
                == [
                    "A": "last", "B": "two words", "C": "with \"quotes\" and # no comment", "D": "single \\n",
                    "E": "one two", "F": "",
                ].merging(["B": "two words"]) { $1 })
    }

    @Test func `Line ends of Windows end a line`() throws {
        let text = "# a comment\r\nA=1\r\nB=one \\\r\ntwo\r\n"
        #expect(try EnvironmentFile.parse(text) == ["A": "1", "B": "one two"])
    }

    @Test(arguments: ["no assignment", "=value", "export A=1", "A B=1", "ä=1"])
    func `A line that is no assignment is named`(line: String) throws {
        let error = #expect(throws: SettingsError.self) { try EnvironmentFile.parse("OK=1\n\(line)\n") }
        #expect(error?.found == "line 2")
    }
}
