import Domain
import Formats
import Logging
import Runtime
import Settings

/// Answers requests: finds the route, lets its gate judge, calls the handler, and turns a refusal into its answer.
package struct Application: Sendable {
    private let router: Router
    private let gates: Gates
    private let cors: CORS
    private let log: Logger

    package init(_ services: Services) {
        self.router = Router(Routes.all(services))
        self.gates = Gates(services)
        self.cors = CORS(origins: services.settings.allowedOrigins)
        self.log = services.log
    }

    /// The answer to `request`, whatever happens. CORS headers are added here, once, to every kind of answer.
    package func respond(to request: HTTPRequest, body: any HTTPBody) -> HTTPResponse {
        var response: HTTPResponse
        do {
            response = try route(request, body)
        } catch {
            logRefusal(error, of: request)
            response = error.response(requestID: request.requestID)
        }
        response.headers += cors.headers(for: request)
        if response.status != 204 && response.header("X-Accel-Redirect") == nil {
            response.headers.append(("Content-Length", "\(response.body.count)"))
        }
        if request.method == HTTPMethod.head.rawValue { response.body = [] }
        return response
    }

    private func route(_ request: HTTPRequest, _ body: any HTTPBody) throws(Refusal) -> HTTPResponse {
        let method = HTTPMethod(rawValue: request.method)
        switch router.match(method, request.path) {
        case .route(let route, let path):
            return try gates.call(route, RequestContext(request: request, path: path, body: body))
        case .methods where method == .options:
            return cors.preflight(request)
        case .methods(let methods):
            var refusal = Refusal(.methodNotAllowed, "The method is not allowed here.")
            refusal.allow = methods.map(\.rawValue) + [HTTPMethod.options.rawValue]
            throw refusal
        case .nothing:
            throw Refusal(.notFound, "There is nothing at this address.")
        }
    }

    /// One line a refusal: its code, where, and who asked; never the query, which carries tokens.
    private func logRefusal(_ refusal: Refusal, of request: HTTPRequest) {
        let level: Logger.Level = refusal.code.status >= 500 ? .error : .info
        var metadata: Logger.Metadata = [
            "error": "\(refusal.code.rawValue)", "status": "\(refusal.code.status)",
            "method": "\(request.method)", "path": "\(request.path)", "client": "\(request.remoteAddress)",
            "request_id": "\(request.requestID)",
        ]
        metadata["field"] = refusal.field.map { "\($0)" }
        metadata["cause"] = refusal.cause.map { "\($0)" }
        log.log(level: level, "refused", metadata: metadata)
    }
}
