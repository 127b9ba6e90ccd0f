/// The filters that turn a decoded picture into one that plays everywhere.
struct PictureChain {
    /// Above this, pictures are left out.
    static let maxFrameRate = 60

    let video: VideoFacts
    let target: PictureTarget

    /// For libavfilter, filters separated by commas.
    var description: String {
        var chain: [String] = []
        // Only pictures that their decoder marked: a file may mix both kinds.
        if video.scan == .interlaced { chain.append("bwdif=mode=send_frame:deint=interlaced") }
        if video.frameRate > CopyRules.maxFrameRate { chain.append("fps=\(Self.maxFrameRate)") }
        chain += video.isHDR ? toneMapping : [scaling]
        chain += [video.orientation.filter].compactMap(\.self)
        return (chain + ["format=yuv420p", "setsar=1"]).joined(separator: ",")
    }

    /// Before turning: a smaller picture is turned sooner.
    private var size: (width: Int, height: Int) {
        video.orientation.swapsSides ? (target.height, target.width) : (target.width, target.height)
    }

    private var scaling: String {
        let matrix = video.isRGB ? ":out_color_matrix=bt709" : ""
        return "scale=\(size.width):\(size.height):flags=bicubic:out_range=tv\(matrix)"
    }

    /// In linear light, at 100 nits for white; hable keeps the middle tones as they were filmed.
    private var toneMapping: [String] {
        [
            "zscale=w=\(size.width):h=\(size.height):t=linear:npl=100", "format=gbrpf32le", "zscale=p=bt709",
            "tonemap=hable:desat=0", "zscale=t=bt709:m=bt709:r=tv",
        ]
    }
}
