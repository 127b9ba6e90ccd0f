import Database
import Domain
import Formats

/// An upload that was answered, as it is kept for its repetitions.
struct UploadReceipt {
    let content: UploadContent
    let response: HTTPResponse

    init(_ content: UploadContent, _ response: HTTPResponse) {
        self.content = content
        self.response = response
    }

    /// The answer, where the headers say all there is to compare: the same route, the same target and as long a body. Nil
    /// where they do not. Refuses with `idempotency_key_reused` what they say is another upload.
    func answer(
        byHeadersOf request: HTTPRequest, _ caller: borrowing UploadCaller, isTargetInPath: Bool
    ) throws(Refusal) -> HTTPResponse? {
        let isNamed = isTargetInPath ? true : content.lesson.flatMap { caller.names(.lesson($0)) }
        let isAsLong = content.size.isThat(of: request)
        guard content.path == request.path, isNamed ?? true, isAsLong ?? true else {
            throw KeyedUploads.reused
        }
        return isNamed == true && isAsLong == true ? response : nil
    }
}

extension UploadReceipt {
    func stored(_ id: String, until expiresAt: Timestamp) -> Receipt {
        let answer: JSONValue = [
            "status": .integer(response.status),
            "location": response.header("Location").map { .string($0) } ?? .null,
            "body": .string(String(decoding: response.body, as: UTF8.self)),
        ]
        return Receipt(
            id: id, request: String(decoding: content.json.serialized(), as: UTF8.self),
            answer: String(decoding: answer.serialized(), as: UTF8.self), expiresAt: expiresAt)
    }

    /// Nil where it is not what `stored` makes.
    init?(_ stored: Receipt) {
        do {
            let answer = try JSONValue.parse(Array(stored.answer.utf8))
            guard let content = UploadContent(try JSONValue.parse(Array(stored.request.utf8))),
                let status = answer["status"]?.intValue, let body = answer["body"]?.stringValue
            else { return nil }
            let location = answer["location"]?.stringValue.map { [(name: "Location", value: $0)] } ?? []
            self.init(
                content, .json(status, try JSONValue.parse(Array(body.utf8)), headers: location))
        } catch {
            return nil
        }
    }
}
