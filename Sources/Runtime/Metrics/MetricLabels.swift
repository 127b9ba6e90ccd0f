// The values that labels may have; each is one series, or several, whether it ever happens or not.

/// What kind of route a request came to: requests of one kind take about as long.
package enum RouteClass: String, CaseIterable, Sendable {
    case token, playlist, segment, key, download, upload, api, operations
    /// No route at all.
    case none
}

/// What became of a token that was judged.
package enum TokenOutcome: String, CaseIterable, Sendable {
    case accepted, invalid, expired, revoked
    /// Good, but for something else.
    case mismatch
}

/// The threads that share one kind of work.
package enum ThreadPool: String, CaseIterable, Sendable {
    case play, upload, conversion
}

/// How one attempt at a conversion ended.
package enum ConversionOutcome: String, CaseIterable, Sendable {
    case completed, failed
    /// A newer upload or a deletion made it pointless.
    case superseded
    /// Put back: the process stopped, or the lease was lost.
    case returned
}

/// What a conversion did to the video.
package enum ConversionPath: String, CaseIterable, Sendable {
    case copy, transcode
    /// It ended before there was a plan.
    case unknown
}

/// What became of one attempt at a callback.
package enum CallbackOutcome: String, CaseIterable, Sendable {
    case delivered
    /// It will be tried again.
    case postponed
    /// It will not.
    case abandoned
}
