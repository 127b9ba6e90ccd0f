import Domain

/// The playlist of a lesson that has several renditions (RFC 8216 §4.3.4).
package struct MultivariantPlaylist: Equatable, Sendable {
    /// One rendition's entry.
    package struct Variant: Equatable, Sendable {
        package let name: RenditionName
        /// The `EXT-X-STREAM-INF` tag, as it is written.
        package let tag: String
    }

    /// Bits per second of the rendition that players shall start with, on average. The first one listed is the one that
    /// hls.js, AVPlayer and ExoPlayer try first: a higher one makes viewers on slow lines wait, and many leave.
    package static let startBandwidth = 700_000
    private static let header = ["#EXTM3U", "#EXT-X-VERSION:4", "#EXT-X-INDEPENDENT-SEGMENTS"]

    /// Tags of the lesson as a whole, before the variants: `EXT-X-MEDIA` and the like.
    package let tags: [String]
    /// The first one is where players start.
    package let variants: [Variant]

    private init(tags: [String], variants: [Variant]) {
        self.tags = tags
        self.variants = variants
    }

    /// Of renditions that are cut at the same instants. The one nearest to `startBandwidth` comes first, the others
    /// follow from the lowest rate to the highest.
    package init(_ renditions: [Rendition]) {
        let rising = renditions.sorted { ($0.averageBandwidth, $0.name) < ($1.averageBandwidth, $1.name) }
        // The lower one, where two are equally near.
        let start = rising.min {
            abs($0.averageBandwidth - Self.startBandwidth) < abs($1.averageBandwidth - Self.startBandwidth)
        }
        let order = (start.map { [$0] } ?? []) + rising.filter { $0.name != start?.name }
        let rates = Self.frameRates(renditions)
        self.init(tags: [], variants: order.map { Variant($0, frameRate: rates[$0.name] ?? $0.frameRate) })
    }

    /// What `FRAME-RATE` says of each: no larger picture has less than a smaller one.
    ///
    /// hls.js goes up to variants of the same or a higher frame rate alone, and an average of uneven pictures, of 29.97
    /// where an encoder made 30, would keep it from the best one for ever.
    private static func frameRates(_ renditions: [Rendition]) -> [RenditionName: Double] {
        let growing = renditions.sorted {
            ($0.height, $0.frameRate, $0.averageBandwidth) < ($1.height, $1.frameRate, $1.averageBandwidth)
        }
        var (rates, highest) = ([RenditionName: Double](), 0.0)
        for rendition in growing {
            highest = max(highest, rendition.frameRate)
            rates[rendition.name] = highest
        }
        return rates
    }

    /// The renditions of `names` alone, in the same order.
    package func keeping(_ names: [RenditionName]) -> MultivariantPlaylist {
        MultivariantPlaylist(tags: tags, variants: variants.filter { names.contains($0.name) })
    }

    /// The rendition that is all there is: its own playlist says as much, and more programs understand it. Nil where there
    /// are others, or something beside the pictures.
    package var single: RenditionName? { variants.count == 1 && tags.isEmpty ? variants[0].name : nil }

    /// The playlist's bytes. Version 4: what comes with `EXT-X-MEDIA` needs it (RFC 8216 §7).
    package func serialized() -> [UInt8] {
        let lines = Self.header + tags + variants.flatMap { [$0.tag, $0.name.playlist] }
        return Array((lines.joined(separator: "\n") + "\n").utf8)
    }
}

extension MultivariantPlaylist.Variant {
    fileprivate init(_ rendition: Rendition, frameRate: Double) {
        name = rendition.name
        // Without CLOSED-CAPTIONS=NONE, AVPlayer offers captions that are not there.
        tag =
            "#EXT-X-STREAM-INF:BANDWIDTH=\(rendition.bandwidth),AVERAGE-BANDWIDTH=\(rendition.averageBandwidth),"
            + "CODECS=\"\(rendition.codecs)\",RESOLUTION=\(rendition.width)x\(rendition.height),"
            + "FRAME-RATE=\(Self.threeDigits(frameRate)),CLOSED-CAPTIONS=NONE"
    }

    /// With three digits behind the point (RFC 8216 §4.3.4.2).
    private static func threeDigits(_ rate: Double) -> String {
        let thousandths = Int((rate * 1000).rounded())
        return "\(thousandths / 1000)." + String(thousandths % 1000 + 1000).dropFirst()
    }
}

/// Reading one that this program wrote.
extension MultivariantPlaylist {
    private static let variantTag = "#EXT-X-STREAM-INF:"
    private static let lessonTags = ["#EXT-X-MEDIA:", "#EXT-X-SESSION-DATA:"]
    /// A lesson has sixteen renditions at most, and a language for each speaker of them.
    private static let maxLines = 1024

    /// Nil for a media playlist, and for what another program wrote: of such a one nothing can be left out without
    /// knowing what it means.
    package init?(reading playlist: [UInt8]) {
        let bytes = playlist.span
        var lines = PlaylistLines(of: bytes)
        func next() -> String? {
            lines.nextLine(of: bytes).map { String(decoding: playlist[$0], as: UTF8.self) }
        }
        for line in Self.header { guard next() == line else { return nil } }
        var (tags, variants) = ([String](), [Variant]())
        while let line = next(), tags.count + variants.count < Self.maxLines {
            if line.hasPrefix(Self.variantTag) {
                guard let name = next().flatMap({ RenditionName(playlist: $0) }),
                    !variants.contains(where: { $0.name == name })
                else { return nil }
                variants.append(Variant(name: name, tag: line))
            } else {
                guard variants.isEmpty, Self.lessonTags.contains(where: { line.hasPrefix($0) }) else {
                    return nil
                }
                tags.append(line)
            }
        }
        guard !variants.isEmpty, next() == nil else { return nil }
        self.init(tags: tags, variants: variants)
    }
}
