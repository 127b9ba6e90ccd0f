import Crypto
import Domain
import Glibc
import MediaProtocol

/// The first rendition of a published lesson, as it lies there: what all others are cut like, and have their sound from.
struct FirstRendition: Sendable {
    /// One line of the playlist that names a file, and how that is encrypted.
    struct Segment: Sendable {
        let name: String
        let seconds: Double
        /// Nil for one in the clear.
        let iv: [UInt8]?
    }

    private static let maxPlaylistBytes = 16 << 20
    /// Bytes of a segment in which its first picture's time is looked for.
    private static let headSize = 64 << 10

    let directory: String
    let key: ContentKey?
    let segments: [Segment]
    /// The playlist's lines, of which those of other renditions are made.
    private let lines: [Substring]

    /// Seconds: the sum of the playlist's `EXTINF`.
    var duration: Double { segments.reduce(0) { $0 + $1.seconds } }

    /// Throws `.unsupported` where the lesson is none that this can read.
    init(directory: String, key: ContentKey?) throws(MediaError) {
        self.directory = directory
        self.key = key
        let names = [RenditionName.first.playlist, LessonFile.playlist].map { "\(directory)/\($0)" }
        let path = names.first { access($0, F_OK) == 0 } ?? names[1]
        let file = try FileInput(path: path, cancellation: nil)
        guard file.size <= Self.maxPlaylistBytes else { throw Self.refusal("its playlist is too large") }
        let text = String(decoding: file.bytes(at: 0, count: Int(file.size)), as: UTF8.self)
        lines = text.split(whereSeparator: \.isNewline)
        segments = try Self.segments(lines)
    }

    /// The same playlist for another rendition: the same durations, to the letter, of other files under another key.
    func playlist(for name: RenditionName) -> String {
        var number = 0
        let own = lines.compactMap { line -> String? in
            if line.hasPrefix("#EXT-X-KEY:") { return nil }
            guard line.hasPrefix("#") else {
                defer { number += 1 }
                return name.segment(number)
            }
            return String(line)
        }
        let key = "#EXT-X-KEY:METHOD=AES-128,URI=\"\(name.key)\""
        let place = own.firstIndex { $0.hasPrefix("#EXTINF:") } ?? own.count
        return (own[..<place] + [key] + own[place...]).joined(separator: "\n") + "\n"
    }

    /// Bytes of a segment as it is stored.
    func storedBytes(_ number: Int) throws(MediaError) -> Int {
        var facts = stat()
        guard stat("\(directory)/\(segments[number].name)", &facts) == 0 else { throw .system("stat", errno) }
        return Int(facts.st_size)
    }

    /// The packets of a segment, decrypted.
    func read(_ number: Int) throws(MediaError) -> TransportSegment {
        let segment = segments[number]
        let bytes = try SegmentReader.contents("\(directory)/\(segment.name)")
        guard let iv = segment.iv else { return try TransportSegment(bytes, number: number) }
        guard let key else { throw Self.refusal("its key is missing") }
        do {
            let cipher = try AES128CBC(.decrypt, key: key, iv: iv)
            return try TransportSegment(try cipher.finish(with: bytes), number: number)
        } catch let error as MediaError {
            throw error
        } catch {
            throw OutputRule.decrypts.broken("segment \(number)")
        }
    }

    /// When the first picture of a segment is shown, 90 kHz; nil where its head has none.
    func start(of number: Int) throws(MediaError) -> Int64? {
        let segment = segments[number]
        let file = try FileInput(path: "\(directory)/\(segment.name)", cancellation: nil)
        let head = file.bytes(at: 0, count: Self.headSize)
        guard file.size > head.count, let iv = segment.iv else { return try read(number).start }
        guard let key else { throw Self.refusal("its key is missing") }
        do {
            let plain = try AES128CBC(.decrypt, key: key, iv: iv).finishWithoutPadding(with: head)
            if let start = TransportSegment.start(in: plain) { return start }
        } catch {
            throw OutputRule.decrypts.broken("segment \(number)")
        }
        return try read(number).start
    }

    static func refusal(_ what: String) -> MediaError {
        MediaError(
            .unsupported, "This lesson can get no further renditions: \(what).", operation: "first rendition")
    }

    private static func segments(_ lines: [Substring]) throws(MediaError) -> [Segment] {
        guard lines.first == "#EXTM3U" else { throw refusal("its playlist is none") }
        var segments: [Segment] = []
        var seconds: Double?
        var (isEncrypted, iv) = (false, [UInt8]?.none)
        for line in lines {
            if line.hasPrefix("#EXTINF:") {
                seconds = Double(line.dropFirst(8).prefix { $0 != "," })
            } else if line.hasPrefix("#EXT-X-KEY:") {
                isEncrypted = line.contains("METHOD=AES-128")
                guard isEncrypted || line.contains("METHOD=NONE") else {
                    throw refusal("it is encrypted otherwise")
                }
                iv = try explicitIV(line)
            } else if line.hasPrefix("#EXT-X-DISCONTINUITY") || line.hasPrefix("#EXT-X-STREAM-INF")
                || line.hasPrefix("#EXT-X-MAP") || line.hasPrefix("#EXT-X-BYTERANGE")
            {
                throw refusal("its playlist has \(line.prefix { $0 != ":" })")
            } else if !line.hasPrefix("#") {
                guard let duration = seconds, duration > 0, !line.contains("/") else {
                    throw refusal("its playlist names a file without a duration, or elsewhere")
                }
                let ownIV = iv ?? AES128CBC.iv(sequenceNumber: segments.count)
                segments.append(.init(name: String(line), seconds: duration, iv: isEncrypted ? ownIV : nil))
                seconds = nil
            }
        }
        guard !segments.isEmpty else { throw refusal("it has no segments") }
        return segments
    }

    /// RFC 8216 §4.3.2.4: 128 bits in hexadecimal; nil where the media sequence number takes its place.
    private static func explicitIV(_ line: Substring) throws(MediaError) -> [UInt8]? {
        guard let start = line.firstRange(of: "IV=0x") ?? line.firstRange(of: "IV=0X") else { return nil }
        let digits = line[start.upperBound...].utf8.prefix { Hexadecimal.value(of: $0) != nil }
        let padded = [UInt8](repeating: UInt8(ascii: "0"), count: max(0, 32 - digits.count)) + digits
        guard padded.count == 32 else { throw refusal("its IV is none") }
        return stride(from: 0, to: 32, by: 2).compactMap { Hexadecimal.byte(in: padded[...], at: $0) }
    }
}
