import Files
import Formats

/// Hands the sending of a file to nginx, which opens it itself, with ranges and sendfile.
///
/// Every way out demands the proof that the request was admitted, so that a forgotten check does not compile.
struct Acceleration: Sendable {
    /// nginx's internal location.
    let prefix: String

    /// A file of the lesson that `admission` is for, at `path` below the data directory.
    func send(
        _ path: String, for admission: borrowing PlayAdmission, headers: [(name: String, value: String)]
    ) -> HTTPResponse {
        send(path, headers)
    }

    /// The file that `admission` is for, at `path` below the data directory.
    func send(
        _ path: String, for admission: FileAdmission, headers: [(name: String, value: String)]
    ) -> HTTPResponse {
        send(path, headers)
    }

    /// nginx decodes the header's value as a URI, so that a `%` or `?` of a name must be encoded here.
    private func send(_ path: String, _ headers: [(name: String, value: String)]) -> HTTPResponse {
        let redirect = ("X-Accel-Redirect", "\(prefix)/\(PercentEncoding.encodePath(path))")
        return HTTPResponse(status: 200, headers: [redirect] + headers)
    }
}
