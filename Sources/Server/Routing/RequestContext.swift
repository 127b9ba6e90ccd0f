import Domain
import Formats

/// A request on its way through one route.
struct RequestContext {
    let request: HTTPRequest
    let path: PathParameters
    let body: any HTTPBody

    /// The query's parameters. A name that occurs twice is refused: two readers could see two requests.
    func query() throws(Refusal) -> QueryParameters {
        let query = try QueryParameters(parsing: request.query)
        if let name = query.duplicatedName {
            guard !name.isEmpty else {
                throw Refusal(.malformedRequest, "The query has two parameters without a name.")
            }
            throw Refusal(.malformedRequest, "The query names \(name) twice.", field: name)
        }
        return query
    }
}
