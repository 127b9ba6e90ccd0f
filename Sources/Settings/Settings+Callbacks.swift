import Domain

extension Settings {
    /// Where `CALLBACK_BEARER` may go: to what the settings name, and never in the clear.
    package var bearerOrigins: Set<Origin> { receivers.filter { $0.scheme == "https" } }

    /// Receivers that the settings name and that get no bearer.
    package var originsInTheClear: [Origin] {
        receivers.filter { $0.scheme != "https" }.sorted { $0.description < $1.description }
    }

    private var receivers: Set<Origin> {
        Set(callbackOrigins + [callbackURL.flatMap { Origin(of: $0) }].compactMap(\.self))
    }
}
