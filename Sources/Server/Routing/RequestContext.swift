import Domain
import Formats

/// A request on its way through one route.
struct RequestContext {
    let request: HTTPRequest
    let path: PathParameters
    let body: any HTTPBody

    /// The query's parameters.
    func query() throws(Refusal) -> QueryParameters {
        try QueryParameters(parsing: request.query)
    }
}
