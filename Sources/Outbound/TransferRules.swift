import System

/// What holds for every request of a client.
struct TransferRules: Sendable {
    let policy: AddressPolicy
    let maxBytes: Int
    let stop: StopSignal?
    let stopGrace: Duration
    /// PEM file of the certificates to trust instead of the system's; nil in the running server.
    let certificateFile: String?
}
