// The multipart parser: however a body is cut, it holds the same parts or breaks the same rule.

import Domain
import Formats

private let boundaries = ["XX", "-", "--", "----WebKitFormBoundary7MA4YWxk"]

/// Everything that was told about a body, in a form that can be compared.
private struct Recorder: MultipartHandler, Equatable {
    var headers: [PartHeader] = []
    var bodies: [[UInt8]] = []
    var ended = 0
    var refusal: Refusal?

    mutating func partBegan(_ part: PartHeader) {
        require(ended == headers.count, "a part ends before the next begins")
        headers.append(part)
        bodies.append([])
    }

    mutating func partBytes(_ bytes: Span<UInt8>) {
        require(ended == headers.count - 1 && !bytes.isEmpty, "bytes belong to a part")
        for index in bytes.indices { bodies[bodies.count - 1].append(bytes[index]) }
    }

    mutating func partEnded() { ended += 1 }
}

/// Reads `body` in pieces whose sizes come from `sizes`, over and over.
private func read(_ body: ArraySlice<UInt8>, _ boundary: String, sizes: [Int]) -> Recorder {
    var recorder = Recorder()
    do throws(Refusal) {
        var parser = try MultipartParser(boundary: boundary)
        var rest = body
        var turn = 0
        while !rest.isEmpty {
            let piece = Array(rest.prefix(sizes[turn % sizes.count]))
            try parser.consume(piece.span, &recorder)
            rest = rest.dropFirst(piece.count)
            turn += 1
        }
        try parser.finish()
    } catch { recorder.refusal = error }
    return recorder
}

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count >= 4 else { return 0 }
    let input = unsafe bytes(data, count)
    let boundary = boundaries[Int(input[0]) % boundaries.count]
    let body = input[4...]
    let whole = read(body, boundary, sizes: [.max])
    require(whole == read(body, boundary, sizes: input[1..<4].map { Int($0) + 1 }), "pieces change nothing")
    require(whole == read(body, boundary, sizes: [1]), "single bytes change nothing")
    require(whole.bodies.count <= 32, "the number of parts is bounded")
    require(whole.refusal != nil || whole.ended == whole.headers.count, "a whole body has whole parts")
    for part in whole.bodies {
        require(occurrences(of: Array("\r\n--\(boundary)".utf8), in: part) == 0, "no part holds a delimiter")
    }
    return 0
}
