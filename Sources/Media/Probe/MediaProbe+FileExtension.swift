extension MediaProbe {
    /// What a file of this kind is usually called: the extension that its name would end in.
    ///
    /// Matroska and WebM are one demuxer; a browser's recorder writes VP8, VP9 or AV1, and calls that WebM.
    package var fileExtension: String {
        switch container {
        case "avi": "avi"
        case "asf": "wmv"
        case "flv": "flv"
        case "mpeg": "mpg"
        case "mpegts": "ts"
        case "matroska,webm":
            ["vp8", "vp9", "av1"].contains(video?.codec) ? "webm" : "mkv"
        default: "mp4"
        }
    }
}
