/// What the site may be told besides the two ends of a conversion; each is sent where `FOCUST_CALLBACK_EVENTS` names it,
/// because a receiver that was written before it knows the two alone.
package enum CallbackEvent: String, CaseIterable, Sendable {
    /// All renditions of a lesson are ready.
    case renditions
}
