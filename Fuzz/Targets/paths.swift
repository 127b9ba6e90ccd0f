// Ids, lesson paths, locations and task ids: what is accepted is a plain name and comes back as it was.

import Domain

private let idBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.".utf8)

private func isPlainName(_ text: some StringProtocol) -> Bool {
    (1...128).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: ".")
        && text.utf8.allSatisfy(idBytes.contains)
}

/// Called by libFuzzer with each input; always 0, since every input may go into the corpus.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let input = unsafe text(data, count)
    let id = Identifier(input)
    require((id != nil) == isPlainName(input), "an id is a plain name and every plain name is one")
    if let id { require(Array(id.value.utf8) == Array(input.utf8), "an id comes back as it was") }

    let names = input.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let arePlain = names.allSatisfy { isPlainName(String(decoding: $0, as: UTF8.self)) }
    let path = LessonPath(input)
    require((path != nil) == (arePlain && names.count == 4), "a lesson path is four plain names")
    if let path { require(Array(path.description.utf8) == Array(input.utf8), "a path comes back as it was") }
    let location = LessonLocation(input)
    require(
        (location != nil) == (arePlain && [2, 4].contains(names.count)), "a location is two or four names")
    if let location { require(LessonLocation(location.description) == location, "a location comes back") }
    if let task = TaskID(input) {
        require(task.value == input && isPlainName(input), "a task id is a plain name")
    }
    return 0
}
