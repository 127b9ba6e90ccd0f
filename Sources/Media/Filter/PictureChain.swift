/// The filters that turn a decoded picture into one that plays everywhere.
struct PictureChain {
    let video: VideoFacts
    let target: PictureTarget

    /// Without the bars, where the pictures have another shape than the film.
    private var inner: PictureTarget { target.fitting(video) }

    /// For a film: filters separated by commas, as libavfilter reads them.
    var description: String {
        var chain: [String] = []
        // Only pictures that their decoder marked: a file may mix both kinds.
        if video.scan == .interlaced { chain.append("bwdif=mode=send_frame:deint=interlaced") }
        chain += colours + turning + ["format=yuv420p"]
        if inner != target { chain.append("pad=\(target.width):\(target.height):-1:-1:black") }
        return (chain + ["setsar=1"]).joined(separator: ",")
    }

    /// For a single picture as JPEG has it: full range, BT.601 (JFIF 1.02).
    var still: String {
        let deinterlacing = video.scan == .interlaced ? ["bwdif=mode=send_frame:deint=interlaced"] : []
        return (deinterlacing + stillColours + turning + ["format=yuvj420p", "setsar=1"]).joined(
            separator: ",")
    }

    /// What says nothing of its colours is what players take it for.
    private var stillColours: [String] {
        let jpeg = "out_color_matrix=bt601:out_range=pc"
        let guess = ColourTags.isTakenForBT709(lines: video.height) ? "bt709" : "bt601"
        let matrix = video.hasMatrix || video.isRGB ? "auto" : guess
        return switch video.gamut {
        case .hdr, .wide: colours + ["scale=in_color_matrix=bt709:in_range=tv:\(jpeg)"]
        case .standard:
            ["scale=\(size.width):\(size.height):flags=bicubic:in_color_matrix=\(matrix):\(jpeg)"]
        }
    }

    private var turning: [String] { [video.orientation.filter].compactMap(\.self) }

    private var colours: [String] {
        switch video.gamut {
        case .hdr: toneMapping + ["zscale=t=bt709:m=bt709:r=tv"]
        case .wide: ["zscale=\(sides):p=bt709:t=bt709:m=bt709:r=tv"]
        case .standard: [scaling]
        }
    }

    /// Before turning: a smaller picture is turned sooner.
    private var size: (width: Int, height: Int) {
        video.orientation.swapsSides ? (inner.height, inner.width) : (inner.width, inner.height)
    }

    private var sides: String { "w=\(size.width):h=\(size.height)" }

    private var scaling: String {
        let matrix = video.isRGB ? ":out_color_matrix=bt709" : ""
        return "scale=\(size.width):\(size.height):flags=bicubic:out_range=tv\(matrix)"
    }

    /// White is at 203 nits (ITU-R BT.2408 §2.2), so that everything up to half of it keeps the light it was graded
    /// with, and only highlights are rolled off (mobius; hable would darken the middle tones by a quarter).
    /// A file that says PQ or HLG and nothing else means BT.2020, the only primaries they are used with.
    private var toneMapping: [String] {
        [
            "zscale=\(sides):tin=\(video.transfer):pin=2020:min=2020_ncl:t=linear:npl=203",
            "format=gbrpf32le",
            "zscale=p=bt709",
            "tonemap=mobius:param=0.5:desat=0",
        ]
    }
}
