import Domain
import Settings
import Tokens

/// Who may say where the end of a conversion is told: the site's backend alone, with its API key, or by the claims of an
/// upload token that it had issued.
///
/// A callback is a request in the site's own name, signed and with its bearer. Whoever merely uploads must not address it.
struct CallbackRules: Sendable {
    /// What the addresses are called: in a form, in a resumable upload's metadata, in a query, and as claims.
    static let names = (success: "success_callback_url", error: "error_callback_url")

    private let origins: Set<Origin>

    init(_ services: Services) {
        origins = Set(services.settings.callbackOrigins)
    }

    /// The addresses for an upload by `caller`, who sent `text` of each name. Refuses with `invalid_callback`.
    func callbacks(
        _ caller: borrowing UploadCaller, sent text: (String) throws(Refusal) -> String?
    ) throws(Refusal) -> UploadQueue.Callbacks {
        let claimed = caller.claimedCallbacks()
        func address(_ name: String, _ claim: String?) throws(Refusal) -> String? {
            let sent = try text(name)
            guard claimed == nil || sent == nil else {
                throw Refusal(
                    .invalidCallback,
                    "An upload token says where callbacks go: \(name) is a parameter of its issuing.",
                    field: name)
            }
            guard let url = sent ?? claim else { return nil }
            return try checked(url, name)
        }
        return UploadQueue.Callbacks(
            success: try address(Self.names.success, claimed?.success),
            error: try address(Self.names.error, claimed?.error))
    }

    /// `url`, if its origin is one that the settings name. Refuses with `invalid_callback`.
    func checked(_ url: String, _ name: String) throws(Refusal) -> String {
        guard let origin = Origin(of: url), origins.contains(origin),
            url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else {
            throw Refusal(
                .invalidCallback, "\(name) must be a URL whose origin FOCUST_CALLBACK_HOSTS names.",
                field: name)
        }
        return url
    }
}
