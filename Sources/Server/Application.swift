import Domain
import Formats
import Logging
import Metrics
import Settings
import System

/// Answers requests: finds the route, lets its gate judge, calls the handler, and turns a refusal into its answer.
package struct Application: Sendable {
    private let router: Router
    private let rules: Replaceable<Rules>
    private let tus: Tus
    private let metrics: ServerMetrics
    private let registry: MetricsRegistry
    private let requests: RequestMetrics
    private let clock: SystemClock
    private let log: Logger

    /// What answers the requests of one thread.
    package typealias Handler = (HTTPRequest, any HTTPBody) -> HTTPResponse

    /// Judges by `rules` as they are when a request comes.
    package init(_ services: Services, _ rules: Replaceable<Rules>) {
        let routes = Routes.all(services)
        let requests = RequestMetrics(routes.map { ($0.pattern.text, $0.kind) })
        self.router = Router(routes) { requests.route($0.pattern.text) }
        self.rules = rules
        self.tus = Tus(maxSize: services.settings.maxUploadSize)
        self.metrics = services.metrics
        self.registry = services.registry
        self.requests = requests
        self.clock = services.clock
        self.log = services.log
    }

    /// Call it on the thread that will use it.
    package func makeHandler() -> Handler {
        let reader = rules.makeReader()
        return { request, body in respond(to: request, body: body, under: reader.current()) }
    }

    /// The answer to `request`, whatever happens. CORS headers are added here, once, to every kind of answer.
    private func respond(to request: HTTPRequest, body: any HTTPBody, under rules: Rules) -> HTTPResponse {
        let start = clock.monotonicNanoseconds()
        let match = router.match(HTTPMethod(rawValue: Tus.method(of: request)), request.path)
        var response: HTTPResponse
        do {
            if request.isAskedAhead, case .route(let entry, let path) = match {
                let context = RequestContext(request: request, path: path, body: body)
                guard let known = try rules.gates.judgeAhead(entry.route, context) else { return .mayCome }
                response = known
            } else {
                response = try answer(request, body, match, rules)
            }
        } catch {
            metrics.refused(error.code)
            logRefusal(error, of: request)
            response = error.response(
                requestID: request.requestID, isFrench: AcceptLanguage.prefersFrench(request.acceptLanguage))
        }
        response.headers += rules.cors.headers(for: request) + Tus.headers(for: request)
        if response.status != 204 && response.header("X-Accel-Redirect") == nil {
            response.headers.append(("Content-Length", "\(response.body.count)"))
        }
        count(match, response.status, since: start)
        if request.isAskedAhead { return response.carried() }
        if request.method == HTTPMethod.head.rawValue { response.body = [] }
        return response
    }

    private func answer(
        _ request: HTTPRequest, _ body: any HTTPBody, _ match: Router.Match, _ rules: Rules
    ) throws(Refusal) -> HTTPResponse {
        switch match {
        case .route(let entry, let path):
            if case .metrics = entry.route.access { return exposition() }
            if request.path.utf8.last == UInt8(ascii: "/"), hasRoute(withoutSlashOf: request) {
                throw Self.slash
            }
            return try rules.gates.call(entry.route, RequestContext(request: request, path: path, body: body))
        case .methods where request.method == HTTPMethod.options.rawValue:
            var response = rules.cors.preflight(request)
            response.headers += tus.abilities(for: request)
            return response
        case .methods(let methods):
            let allowed = methods.map(\.rawValue) + [HTTPMethod.options.rawValue]
            let list = allowed.joined(separator: ", ")
            var refusal = Refusal(.methodNotAllowed, "This address takes \(list) alone.")
            refusal.allow = allowed
            throw refusal
        case .nothing:
            guard !hasRoute(withoutSlashOf: request) else { throw Self.slash }
            guard !request.path.contains("//") else {
                throw Refusal(.notFound, "There is nothing at this address: it has two slashes in a row.")
            }
            throw Refusal(.notFound, "There is nothing at this address.")
        }
    }

    private static let slash = Refusal(
        .notFound, "There is nothing at this address: leave out the slash at its end.")

    /// Whether the path ends in a slash, and is the address of something without it.
    private func hasRoute(withoutSlashOf request: HTTPRequest) -> Bool {
        guard request.path.utf8.last == UInt8(ascii: "/") else { return false }
        switch router.match(HTTPMethod(rawValue: request.method), String(request.path.dropLast())) {
        case .route, .methods: return true
        case .nothing: return false
        }
    }

    private func exposition() -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: [("Content-Type", Exposition.contentType), ("Cache-Control", "no-store")],
            body: registry.exposition() + requests.exposition())
    }

    private func count(_ match: Router.Match, _ status: Int, since start: UInt64) {
        let nanoseconds = clock.monotonicNanoseconds() - start
        let metrics = if case .route(let entry, _) = match { entry.metrics } else { requests.route("") }
        metrics.answered(status, nanoseconds: nanoseconds)
    }

    /// One line a refusal: its code, where, and who asked; never the query, which carries tokens, and of a token its id.
    private func logRefusal(_ refusal: Refusal, of request: HTTPRequest) {
        let level: Logger.Level = refusal.code.status >= 500 ? .error : .info
        var metadata: Logger.Metadata = [
            "error": "\(refusal.code.rawValue)", "status": "\(refusal.code.status)",
            "method": "\(request.method)", "path": "\(Tus.loggable(request.path))",
            "client": "\(request.remoteAddress)",
            "request_id": "\(request.requestID)",
        ]
        metadata["user"] = refusal.user.map { "\($0)" }
        metadata["jti"] = refusal.tokenID.map { "\($0)" }
        metadata["cause"] = refusal.cause.map { "\($0)" }
        log.log(level: level, "refused", metadata: metadata)
    }
}
