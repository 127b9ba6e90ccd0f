// What every target shares: the property check, and bytes out of libFuzzer's pointer.

/// Ends the process, which libFuzzer takes for a finding and keeps the input of.
func require(_ holds: Bool, _ property: @autoclosure () -> String) {
    if !holds { fatalError("property broken: \(property())") }
}

func bytes(_ data: UnsafePointer<UInt8>, _ count: Int) -> [UInt8] {
    unsafe Array(UnsafeBufferPointer(start: data, count: count))
}

func text(_ data: UnsafePointer<UInt8>, _ count: Int) -> String {
    unsafe String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
}

/// How many times `needle` stands in `bytes`.
func occurrences(of needle: [UInt8], in bytes: [UInt8]) -> Int {
    guard bytes.count >= needle.count else { return 0 }
    return (0...bytes.count - needle.count).count { bytes[$0..<$0 + needle.count].elementsEqual(needle) }
}
