@testable import Nginx
import Testing

@Suite struct TemplateTests {
    private func filled(_ text: String) -> String {
        Template(text).filled(with: ["NAME": "value", "AT": "@NAME@", "EMPTY": ""])
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

    @Test(arguments: [(["YES"], "a\nb\nc\nd"), ([], "a\nd"), (["NO"], "a\nd")] as [(Set<String>, String)])
    func `Lines under a condition stand there where it holds`(conditions: Set<String>, expected: String) {
        #expect(Template("a\n#if YES\nb\nc\n#end\nd").under(conditions).text == expected)
    }

    @Test(arguments: [
        ("", "map $uri $focust_path { } # focust-video"),
        ("staging", "map $uri $focust_staging_path { } # focust-video"),
    ])
    func `Names are told from those of other instances`(instance: String, expected: String) {
        #expect(Template("map $uri $focust_path { } # focust-video").named(for: instance).text == expected)
    }
}
