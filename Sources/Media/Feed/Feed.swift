/// The lane of a track, the stream that it was built for, and the number of the one that feeds it at present.
struct Feed {
    let lane: any Lane
    let stream: Stream
    /// Nil while a part of the file lacks the track, or nothing of it can be decoded.
    var index: Int?

    var track: Track { lane.track }
}
