import Domain
import Testing

@testable import Formats

@Suite("Query parameters")
struct QueryParametersTests {
    @Test("are read in their order, decoded")
    func reads() throws {
        let query = try QueryParameters(
            parsing: "rel=t%2Fc%2fm/l&user_id=a+b%2B&flag&&empty=&eq=a=b&caf%C3%A9=1")
        #expect(
            query.all.map { "\($0.name)→\($0.value)" }
                == ["rel→t/c/m/l", "user_id→a b+", "flag→", "empty→", "eq→a=b", "café→1"])
        #expect(try query.single("rel") == "t/c/m/l")
        #expect(try query.single("flag")?.isEmpty == true)
        #expect(try query.single("Rel") == nil)
    }

    @Test("of an empty query are none", arguments: ["", "&", "&&&"])
    func readsNothing(text: String) throws {
        #expect(try QueryParameters(parsing: text).all.isEmpty)
    }

    @Test(
        "are refused where an escape is broken",
        arguments: ["a=%", "a=%4", "%zz=1", "a=%ff", "a=1&b=%C3", "%C0%AE=1"])
    func refusesBrokenEscapes(text: String) {
        let refusal = #expect(throws: Refusal.self) { try QueryParameters(parsing: text) }
        #expect(refusal?.code == .malformedRequest)
    }

    @Test(
        "are refused where one that is asked for occurs twice",
        arguments: [("a=1&b=2&a=1", "a"), ("rel=x&%72el=y", "rel"), ("a&a", "a")])
    func refusesDuplicates(text: String, name: String) throws {
        let query = try QueryParameters(parsing: text)
        let refusal = #expect(throws: Refusal.self) { try query.single(name) }
        #expect(refusal?.code == .malformedRequest && refusal?.field == name)
    }

    @Test(
        "are fine where only one that nobody asks for occurs twice",
        arguments: ["a=1&x=1&x=2", "a=1&=&=", "a=1&A=1", "x&x&a=1"])
    func ignoresOtherDuplicates(text: String) throws {
        #expect(try QueryParameters(parsing: text).single("a") == "1")
    }

    @Test("are bounded in number and length")
    func bounds() throws {
        let most = Array(repeating: "a=1", count: QueryParameters.maxCount)
        #expect(try QueryParameters(parsing: most.joined(separator: "&")).all.count == most.count)
        #expect(throws: Refusal.self) { try QueryParameters(parsing: (most + ["b"]).joined(separator: "&")) }
        let longest = String(repeating: "a", count: QueryParameters.maxBytes)
        #expect(try QueryParameters(parsing: longest).all.count == 1)
        #expect(throws: Refusal.self) { try QueryParameters(parsing: longest + "a") }
    }
}
