import CLibAV
import MediaProtocol

extension FilterGraph {
    /// The filters for samples of this shape. A recorder's nine or thirteen channels have no layout that could be mixed;
    /// the first two are taken, where its mix stands.
    static func sound(_ shape: SoundShape, _ timeBase: AVRational) throws(MediaError) -> FilterGraph {
        let input = shape.input(timeBase)
        do {
            return try FilterGraph(.audio, input: input, chain: AudioSettings.chain(for: shape), threads: 1)
        } catch  where error.kind == .internal && shape.channels > 2 {
            return try FilterGraph(.audio, input: input, chain: AudioSettings.firstTwo, threads: 1)
        }
    }

    /// The filters behind those of every shape, which give the encoder one unbroken sound in frames of its size: it takes
    /// a shorter one only as the last.
    static func soundJoint(frameSize: UInt32) throws(MediaError) -> FilterGraph {
        let joint = try FilterGraph(
            .audio, input: AudioSettings.jointInput, chain: AudioSettings.jointChain, threads: 1)
        joint.setFrameSize(frameSize)
        return joint
    }
}
