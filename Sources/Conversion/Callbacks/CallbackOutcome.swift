/// What came of one attempt to deliver a callback.
enum CallbackOutcome: Equatable, Sendable {
    /// The receiver answered 2xx.
    case delivered(status: Int)
    /// It answered 410: it wants no such callbacks any more.
    case gone(status: Int)
    /// Any other answer, or none.
    case failed(CallbackFailure)
    /// The process stops.
    case interrupted
}
