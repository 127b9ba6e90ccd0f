/// The containers and decoders that an upload may reach; everything else of libav stays shut.
///
/// Never a format that names other files or addresses (hls, dash, concat, image2, sdp), and no decoder of
/// formats that no camera, recorder or editor of this century writes: each is attack surface.
enum AcceptedFormats {
    /// avformat.h: AVFormatContext.format_whitelist, names of demuxers.
    static let demuxers = "mov,mp4,m4a,3gp,avi,asf,flv,matroska,webm,mpeg,mpegts"

    /// avformat.h: AVFormatContext.codec_whitelist, names of decoders.
    static let decoders = (videoDecoders + audioDecoders).joined(separator: ",")

    /// Whether a decoder of this name is on the list.
    static func allows(decoder name: String) -> Bool {
        videoDecoders.contains(name) || audioDecoders.contains(name)
    }

    private static let videoDecoders = [
        "h264", "hevc", "vp8", "vp9", "libdav1d", "av1", "mpeg1video", "mpeg2video", "mpegvideo", "mpeg4",
        "h263", "h263i", "flv", "vp6", "vp6a", "vp6f", "flashsv", "flashsv2", "msmpeg4v1", "msmpeg4v2",
        "msmpeg4", "wmv1", "wmv2", "wmv3", "vc1", "wmv3image", "vc1image", "mss1", "mss2", "mjpeg", "prores",
        "dnxhd", "dvvideo", "theora", "svq1", "svq3", "cinepak", "indeo5", "huffyuv", "ffvhuff", "ffv1",
        "utvideo", "qtrle", "rawvideo", "v210", "png", "tscc", "tscc2", "g2m", "cscd", "zmbv",
    ]

    private static let audioDecoders = [
        "aac", "aac_latm", "mp3float", "mp3", "mp2float", "mp2", "mp1float", "ac3", "eac3", "dca", "truehd",
        "mlp", "opus", "libopus", "vorbis", "libvorbis", "flac", "alac", "wmav1", "wmav2", "wmapro",
        "wmalossless", "wmavoice", "amrnb", "amrwb", "nellymoser", "speex", "libspeex", "adpcm_ms",
        "adpcm_ima_wav", "adpcm_ima_qt", "adpcm_swf", "pcm_u8", "pcm_s8", "pcm_s16le", "pcm_s16be",
        "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le",
        "pcm_f64be", "pcm_alaw", "pcm_mulaw", "pcm_dvd", "pcm_bluray", "qdm2", "qdmc", "mace3", "mace6",
    ]

    /// What a trainer reads when the file is none of these.
    static let list = "MP4, MOV, 3GP, AVI, WMV, FLV, MKV, WebM, MPEG or MPEG-TS"
}
