@testable import Nginx
import Testing

@Suite struct TemplateTests {
    private func filled(_ text: String) -> String {
        Template(Array(text.utf8)).filled(with: ["NAME": "value", "AT": "@NAME@", "EMPTY": ""])
    }

    @Test(arguments: [
        ("@NAME@", "value"), ("a @NAME@@NAME@ b", "a valuevalue b"), ("x@EMPTY@y", "xy"), ("", ""),
        ("no placeholder", "no placeholder"),
    ])
    func `A placeholder becomes its value`(text: String, expected: String) {
        #expect(filled(text) == expected)
    }

    @Test(arguments: [
        "location @focust_form", "@", "@@", "@ NAME @", "@NAME", "NAME@", "@name@", "@OTHER@", "a@b@c",
    ])
    func `Anything else stays as it is`(text: String) {
        #expect(filled(text) == text)
    }

    @Test func `A value is not looked into again`() {
        #expect(filled("@AT@ @NAME@") == "@NAME@ value")
    }
}
