import Domain
import Formats

/// One route: methods, path, and who may call it. The kind of access decides what the handler is given, so that a
/// handler cannot be reached past its gate.
struct Route: Sendable {
    typealias Handler<Caller> = @Sendable (RequestContext, Caller) throws(Refusal) -> HTTPResponse
    typealias PlayHandler =
        @Sendable (RequestContext, borrowing PlayAdmission) throws(Refusal) -> HTTPResponse

    /// Who may call a route, with the handler that takes the proof of it.
    enum Access: Sendable {
        /// Anybody (what nginx keeps to itself).
        case open(@Sendable (RequestContext) throws(Refusal) -> HTTPResponse)
        /// The site's backend.
        case service(Handler<ServiceCaller>)
        /// A viewer with a play token for the place the path names.
        case play(onlyMobile: Bool, PlayHandler)
    }

    let methods: [HTTPMethod]
    let pattern: PathPattern
    let access: Access

    init(_ methods: [HTTPMethod], _ path: String, _ access: Access) {
        // Every GET answers HEAD: nginx leaves the body out.
        self.methods = methods.contains(.get) ? methods + [.head] : methods
        self.pattern = PathPattern(path)
        self.access = access
    }
}
