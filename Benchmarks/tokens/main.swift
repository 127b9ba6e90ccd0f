// What one token costs: `bench-tokens [COUNT]` verifies COUNT tokens (a million), no two in a row the same, with every
// check that a playback request asks for, and prints the CPU time of each.

import Crypto
import Domain
import Glibc
import System
import Tokens

let count = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 0 : 1_000_000
let key = HMACSHA256(key: Array("benchmark-secret-key-of-at-least-thirty-two-bytes".utf8))
let issuer = TokenIssuer(signer: TokenSigner(key: key), clock: .system)
let verifier = TokenVerifier(keys: [key])
let revocations = RevocationList()

/// Tokens as the server issues them, and what each opens.
func issued(_ number: Int) -> (token: [UInt8], lesson: LessonPath)? {
    guard let user = UserID("learner-\(number)"),
        let lesson = LessonPath(
            "trainer-\(number % 7)/course-\(number % 31)/module-\(number % 5)/lesson-\(number)")
    else { return nil }
    let token = issuer.issue(.play(user: user, lesson: lesson, platform: .web), lifetime: 3600)
    return (Array(token.utf8), lesson)
}

/// The checks of a request, without the referrer's, which is no part of the token.
func isAdmitted(_ token: Span<UInt8>, to lesson: LessonPath, now: Int) throws(TokenError) -> Bool {
    let claims = try verifier.verify(token, now: now)
    return !claims.has(.subject) && !claims.has(.action) && claims.has(.userID)
        && claims.matches(.platform, "web") && !claims.has(.use) && claims.matches(.rel, lesson)
        && !revocations.contains(claims)
}

let tokens = (0..<1024).compactMap(issued)
let now = SystemClock.system.now().seconds
/// Nanoseconds of CPU that this process has used: on a machine with other work, wall time is theirs too.
func cpuNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

var admitted = 0
let start = cpuNanoseconds()
for number in 0..<count {
    let sample = tokens[number & 1023]
    if try isAdmitted(sample.token.span, to: sample.lesson, now: now) { admitted += 1 }
}
let elapsed = cpuNanoseconds() - start
precondition(tokens.count == 1024 && admitted == count)
let bytes = tokens.reduce(0) { $0 + $1.token.count } / tokens.count
print("tokens of \(bytes) bytes: \(elapsed / max(count, 1)) ns of CPU each, \(count) verified")
