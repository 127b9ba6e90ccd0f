/// What became of a job that was to be added.
package enum EnqueueOutcome: Equatable, Sendable {
    /// It waits, in the place of these (at most one), whose uploads are not needed any more.
    case queued(superseding: [Job])
    /// It was not added: what it was to be added by has been revoked.
    case revoked
    /// It was not added: another upload of the same receipt was, meanwhile.
    case repeated
}
