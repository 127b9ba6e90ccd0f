import CLibAV

/// The decoders that an upload may reach: all of libavcodec's for pictures and sound, but those that are excluded here.
///
/// What an accepted container can carry is somebody's film, and refusing it protects from nothing as long as its decoder
/// only computes on the bytes it is given. Excluded is what does more than that, or is not needed and has a record of
/// faults.
enum AcceptedDecoders {
    /// avformat.h: AVFormatContext.codec_whitelist, names of decoders.
    static let names = every { allows($0) }.map(name).joined(separator: ",")

    /// The decoder for a codec; nil where there is none or it is excluded.
    static func decoder(for codec: AVCodecID) -> UnsafePointer<AVCodec>? {
        // libavcodec's own first choice, where that may be used.
        if let first = avcodec_find_decoder(codec), allows(first) { return first }
        return every { $0.pointee.id == codec && allows($0) }.first
    }

    /// Whether it may be used.
    static func allows(_ decoder: UnsafePointer<AVCodec>) -> Bool { exclusion(of: decoder) == nil }

    /// Why a decoder may not be used; nil where it may.
    static func exclusion(of decoder: UnsafePointer<AVCodec>) -> String? {
        let codec = decoder.pointee
        guard codec.type == AVMEDIA_TYPE_VIDEO || codec.type == AVMEDIA_TYPE_AUDIO else {
            return "neither pictures nor sound"
        }
        guard codec.capabilities & AV_CODEC_CAP_EXPERIMENTAL == 0 else { return "experimental" }
        // cuvid, qsv, v4l2m2m: a device that this process may not open, and whose driver would see the bytes.
        guard codec.capabilities & (AV_CODEC_CAP_HARDWARE | AV_CODEC_CAP_HYBRID) == 0 else {
            return "needs hardware"
        }
        guard codec.wrapper_name == nil || neededLibraries.contains(name(decoder)) else {
            return "another library, of which libavcodec has no need"
        }
        return exclusions.first { $0.names.contains(name(decoder)) }?.reason
    }

    /// The decoders of libavcodec for which `isWanted` holds, in its order.
    static func every(_ isWanted: (UnsafePointer<AVCodec>) -> Bool) -> [UnsafePointer<AVCodec>] {
        var decoders: [UnsafePointer<AVCodec>] = []
        var state: UnsafeMutableRawPointer?
        while let codec = av_codec_iterate(&state) {
            if av_codec_is_decoder(codec) != 0, isWanted(codec) { decoders.append(codec) }
        }
        return decoders
    }

    private static func name(_ decoder: UnsafePointer<AVCodec>) -> String {
        String(cString: decoder.pointee.name)
    }

    /// AV1 has no decoder of libavcodec's own; the others are better or older than libavcodec's.
    private static let neededLibraries: Set<String> = [
        "libdav1d", "libaom-av1", "libopus", "libvorbis", "libspeex",
    ]

    private static let exclusions: [(reason: String, names: Set<String>)] = [
        (
            "takes addresses of memory, or makes frames of nothing",
            ["wrapped_avframe", "vnull", "anull", "wavesynth"]
        ),
        ("draws text", ["ansi", "bintext", "cdgraphics", "cdtoons", "idf", "xbin"]),
        ("runs another format's decoder inside", ["avrn", "imm5", "smvjpeg", "tdsc", "tiff"]),
        (
            "a format of single pictures, in which no film is made",
            [
                "alias_pix", "brender_pix", "cri", "dds", "dpx", "exr", "fits", "gem", "gif", "iff", "pam",
                "pbm",
                "pcx", "pfm", "pgm", "pgmyuv", "pgx", "phm", "photocd", "pictor", "ppm", "psd", "ptx",
                "qdraw",
                "qoi", "sgi", "sunrast", "targa_y216", "txd", "vbn", "webp", "xbm", "xface", "xpm", "xwd",
            ]
        ),
        (
            "a game's pictures, or an emulator's",
            [
                "4xm", "anm", "arbc", "argo", "avs", "bethsoftvid", "bfi", "binkvideo", "bmv_video", "c93",
                "cdxl",
                "dfa",
                "dsicinvideo", "dxa", "eacmv", "eamad", "eatgq", "eatgv", "eatqi", "escape124", "escape130",
                "flic",
                "gdv", "hnm4video", "idcinvideo", "interplayvideo", "ipu", "jv", "kgv1", "kmvc", "mdec",
                "mmvideo",
                "mobiclip",
                "motionpixels", "mv30", "mvha", "msp2", "paf_video", "qpeg", "rl2", "roqvideo", "sanm", "sga",
                "simbiosis_imx", "smackvid", "thp", "tiertexseqvideo", "tmv", "truemotion1", "truemotion2",
                "truemotion2rt", "ultimotion", "vb", "vmdvideo", "vqavideo", "xan_wc3", "xan_wc4", "yop",
            ]
        ),
        (
            "a game's or a console's sound",
            [
                "8svx_exp", "8svx_fib", "acelp.kelvin", "adpcm_4xm", "adpcm_adx", "adpcm_afc", "adpcm_agm",
                "adpcm_aica", "adpcm_argo", "adpcm_dtk", "adpcm_ea", "adpcm_ea_maxis_xa", "adpcm_ea_r1",
                "adpcm_ea_r2", "adpcm_ea_r3", "adpcm_ea_xas", "adpcm_ima_acorn", "adpcm_ima_alp",
                "adpcm_ima_apc",
                "adpcm_ima_apm", "adpcm_ima_cunning", "adpcm_ima_dat4", "adpcm_ima_ea_eacs",
                "adpcm_ima_ea_sead",
                "adpcm_ima_iss", "adpcm_ima_moflex", "adpcm_ima_mtf", "adpcm_ima_rad", "adpcm_ima_ssi",
                "adpcm_ima_ws", "adpcm_mtaf", "adpcm_psx", "adpcm_thp", "adpcm_thp_le", "adpcm_vima",
                "adpcm_xa",
                "adpcm_zork", "binkaudio_dct", "binkaudio_rdft", "bmv_audio", "derf_dpcm", "dsicinaudio",
                "fastaudio", "gremlin_dpcm", "hca", "hcom", "interplay_dpcm", "interplayacm", "paf_audio",
                "pcm_sga",
                "roq_dpcm", "sdx2_dpcm", "smackaud", "sol_dpcm", "vmdaudio", "ws_snd1", "xan_dpcm", "xma1",
                "xma2",
            ]
        ),
    ]
}
