import CLibAV

/// How packets of MP4 and its like are framed anew for a transport stream. libavformat does it too, with a filter, an inner
/// muxer and two more copies of every picture: a tenth of what a copied film costs.
enum TransportFraming {
    case annexB(AnnexB)
    case adts(ADTSHeader)

    /// Nil where packets are framed already, or libavformat has to see to it.
    init?(_ parameters: AVCodecParameters) {
        let extradata = CodecParameters.extradata(parameters)
        switch parameters.codec_id {
        case AV_CODEC_ID_H264:
            guard let format = AnnexB(extradata: extradata) else { return nil }
            self = .annexB(format)
        case AV_CODEC_ID_AAC:
            guard let header = ADTSHeader(extradata: extradata) else { return nil }
            self = .adts(header)
        default: return nil
        }
    }

    /// Appends the contents of a packet to `output`; false where they are damaged.
    func append(_ bytes: UnsafeRawBufferPointer, to output: inout [UInt8]) -> Bool {
        switch self {
        case .annexB(let format): format.append(bytes, to: &output)
        case .adts(let header): header.append(bytes, to: &output)
        }
    }
}
