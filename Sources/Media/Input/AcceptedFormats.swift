/// The containers that an upload may be; everything else of libavformat stays shut.
///
/// Never a format that names other files or addresses (hls, dash, concat, image2, sdp), and none that no camera, recorder
/// or editor writes: each is attack surface.
enum AcceptedFormats {
    /// avformat.h: AVFormatContext.format_whitelist, names of demuxers.
    static let demuxers = "mov,mp4,m4a,3gp,avi,asf,flv,matroska,webm,mpeg,mpegts"

    /// What a trainer reads when the file is none of these.
    static let list = "MP4, MOV, 3GP, AVI, WMV, FLV, MKV, WebM, MPEG or MPEG-TS"
}
