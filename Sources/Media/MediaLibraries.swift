import CLibAV

/// FFmpeg's libraries as they were found at run time; Debian updates them under us.
package enum MediaLibraries {
    /// "libavformat 59.27.100", and the others.
    package static var versions: [String] {
        [
            ("libavformat", avformat_version()), ("libavcodec", avcodec_version()),
            ("libavutil", avutil_version()),
            // Opened when it is needed, so it may be missing until then.
            ("libavfilter", focust_filters_are_there() == 1 ? focust_avfilter_version() : 0),
        ].map { name, version in "\(name) \(version >> 16).\(version >> 8 & 0xFF).\(version & 0xFF)" }
    }

    /// Whether this build of libavcodec has the encoder.
    package static func hasEncoder(_ name: String) -> Bool {
        avcodec_find_encoder_by_name(name) != nil
    }
}
