import CLibAV

extension Stream {
    /// The facts of a video stream.
    var videoFacts: VideoFacts {
        let parameters = parameters
        let format = AVPixelFormat(parameters.format)
        let depth = av_pix_fmt_desc_get(format)?.pointee.comp.0.depth ?? 8
        return VideoFacts(
            streamIndex: index, codec: codecName, profile: Int(parameters.profile),
            level: Int(parameters.level),
            width: Int(parameters.width), height: Int(parameters.height),
            pixelFormat: Self.name(av_get_pix_fmt_name(format)), bitDepth: Int(depth),
            orientation: orientation,
            sampleAspectRatio: sampleAspectRatio, frameRate: averageRate, baseRate: baseRate,
            scan: Self.scan(parameters.field_order),
            transfer: Self.name(av_color_transfer_name(parameters.color_trc)),
            hasMatrix: parameters.color_space != AVCOL_SPC_UNSPECIFIED, gamut: Self.gamut(parameters))
    }

    /// The facts of an audio stream.
    var audioFacts: AudioFacts {
        AudioFacts(
            streamIndex: index, codec: codecName, profile: Int(parameters.profile),
            channels: Int(parameters.ch_layout.nb_channels), sampleRate: Int(parameters.sample_rate),
            framing: parameters.codec_id == AV_CODEC_ID_AAC ? ADTSHeader.obstacle(extradata: extradata) : nil)
    }

    private var orientation: Orientation {
        var size = 0
        guard let data = focust_av_stream_side_data(pointer, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36
        else {
            return .upright
        }
        let numbers = UnsafeRawPointer(data)
        return Orientation(
            matrix: (0..<9).map { numbers.loadUnaligned(fromByteOffset: $0 * 4, as: Int32.self) })
    }

    /// The container's word goes before the codec's, as every player does it.
    private var sampleAspectRatio: Ratio {
        let coded = Ratio(parameters.sample_aspect_ratio, unknown: .one)
        return Ratio(pointer.pointee.sample_aspect_ratio, unknown: coded)
    }

    private var averageRate: Double {
        Ratio(pointer.pointee.avg_frame_rate, unknown: Ratio(pointer.pointee.r_frame_rate, unknown: .zero))
            .value
    }

    private var baseRate: Double { Ratio(pointer.pointee.r_frame_rate, unknown: .zero).value }

    private static func scan(_ order: AVFieldOrder) -> VideoFacts.Scan {
        switch order {
        case AV_FIELD_PROGRESSIVE: .progressive
        case AV_FIELD_UNKNOWN: .unknown
        default: .interlaced
        }
    }

    private static func gamut(_ parameters: AVCodecParameters) -> VideoFacts.Gamut {
        switch parameters.color_trc {
        case AVCOL_TRC_SMPTE2084, AVCOL_TRC_ARIB_STD_B67: .hdr
        default: parameters.color_primaries == AVCOL_PRI_BT2020 ? .wide : .standard
        }
    }

    private static func name(_ text: UnsafePointer<CChar>?) -> String {
        text.map { String(cString: $0) } ?? "unknown"
    }
}
