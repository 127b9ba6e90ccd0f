// The media tokens' verifier: what nobody signed is refused, and what is signed is read as a strict JSON reader
// reads it, or not at all.

import Crypto
import Formats
import Tokens

private let key = HMACSHA256(key: Array("a key of thirty-two bytes or more".utf8))
private let verifier = TokenVerifier(keys: [key])
private let now = 1_700_000_000

/// The outcome of verifying `token`, with its claims as the JSON they would be.
private func verified(_ token: [UInt8]) -> (expiry: Int, texts: [(name: String, text: String?)])? {
    guard let claims = try? verifier.verify(token.span, now: now) else { return nil }
    let known = ClaimName.allCases.filter { claims.has($0) }
    return (claims.expiry, known.map { ("\($0.wireName)", claims.text($0)) })
}

private func signed(_ header: ArraySlice<UInt8>, _ payload: ArraySlice<UInt8>) -> [UInt8] {
    let dot = UInt8(ascii: ".")
    let message = Base64URL.encode(Array(header).span) + [dot] + Base64URL.encode(Array(payload).span)
    return message + [dot] + Base64URL.encode(key.tag(message.span).span)
}

/// Called by libFuzzer with each input, a header and a payload with a line end between them; always 0.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe bytes(data, count)
    require(verified(input) == nil, "what nobody signed is refused")
    let lineEnd = input.firstIndex(of: 0x0A) ?? input.endIndex
    let (header, payload) = (input[..<lineEnd], input[lineEnd...].dropFirst())
    var token = signed(header, payload)
    guard let claims = verified(token) else { return 0 }

    let fields = try? JSONValue.parse(Array(header))
    require(fields?["alg"] == "HS256", "no other algorithm is taken")
    require(claims.expiry > now, "an expired token is refused")
    // Other claims may hold what a strict reader refuses; where it reads them, both must read the same.
    if let json = try? JSONValue.parse(Array(payload)) {
        require(json["exp"]?.intValue == claims.expiry, "both read the same date")
        for (name, text) in claims.texts {
            require(
                json[name]?.stringValue.map { Array($0.utf8) } == text.map { Array($0.utf8) },
                "both read the same \(name)")
        }
    }
    let place = count % token.count
    token[place] = token[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
    require(verified(token) == nil, "a changed token is refused")
    return 0
}
