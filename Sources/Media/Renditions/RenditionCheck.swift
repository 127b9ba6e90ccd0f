import Crypto
import Domain
import Glibc
import MediaProtocol

/// Reads a rendition back from the disk, holds it against all rules, and measures it.
struct RenditionCheck {
    /// A transport stream adds so much; small pictures, the more: half a packet each.
    private static let rateTolerance = 1.15
    private static let rateOverhead = 25_000

    let job: RungJob
    let first: FirstRendition
    /// Bits per second of the first rendition's sound.
    let soundBitrate: Int

    private var directory: String { job.common.directory }

    /// What was measured. Throws where a file is missing, or a rule is broken.
    func run() throws(MediaError) -> Rendition {
        try checkPlaylist()
        var inspector = SegmentInspector()
        inspector.promise = job.encoding.promise
        let reader = SegmentReader(key: job.key)
        var sizes: [(bytes: Int, seconds: Double)] = []
        var codecs = ""
        for number in job.common.cuts.indices {
            let path = "\(directory)/\(job.name.segment(number))"
            let plain = try reader.plain(path, sequenceNumber: number)
            inspector.beginSegment()
            plain.withUnsafeBytes { inspector.read($0) }
            try inspector.endSegment()
            guard inspector.firstPTS == job.common.cuts[number] & 0x1_FFFF_FFFF else {
                throw OutputRule.alignment.broken("segment \(number) of \(job.name)")
            }
            if number == 0 { codecs = try self.codecs(plain) }
            let stored = (plain.count / AES128CBC.blockSize + 1) * AES128CBC.blockSize
            sizes.append((stored, first.segments[number].seconds))
        }
        let rates = BitRates(sizes)
        try checkRates(rates)
        return Rendition(
            name: job.name, width: job.settings.target.width, height: job.settings.target.height,
            frameRate: Double(inspector.pictureCount) / max(first.duration, 0.001), bandwidth: rates.largest,
            averageBandwidth: rates.average, codecs: codecs, isCopy: false)
    }

    private func checkPlaylist() throws(MediaError) {
        let path = "\(directory)/\(job.name.playlist)"
        guard String(decoding: try SegmentReader.contents(path), as: UTF8.self) == job.playlist else {
            throw OutputRule.alignment.broken("the playlist of \(job.name)")
        }
    }

    /// RFC 6381 §3.3: of AVC all six digits. The sound is there where the first rendition has some.
    private func codecs(_ plain: [UInt8]) throws(MediaError) -> String {
        let segment = try TransportSegment(plain, number: 0)
        let picture = segment.pictures.first?.bytes ?? []
        let names = CodecName.all(firstPicture: picture, hasSound: segment.hasSound)
        let video = names.split(separator: ",").first ?? ""
        guard video.utf8.count == "avc1.64001E".utf8.count else {
            throw OutputRule.namedCodecs.broken("\(names) of \(job.name)")
        }
        guard segment.hasSound == (job.common.soundRate != nil) else {
            throw OutputRule.soundPresent.broken("that of \(job.name)")
        }
        return names
    }

    private func checkRates(_ rates: BitRates) throws(MediaError) {
        let sound = job.settings.sound == .mono ? min(soundBitrate, MonoSound.bitRate) : soundBitrate
        let limit = Double(job.settings.maxBitrate + sound) * Self.rateTolerance + Double(Self.rateOverhead)
        guard Double(rates.average) <= limit else {
            throw OutputRule.cappedRate.broken("\(job.name) has \(rates.average) bit/s")
        }
    }
}
