import Formats

extension MediaError {
    var json: JSONValue {
        [
            "kind": .string(kind.rawValue), "message": .string(message), "operation": .string(operation),
            "code": code.map { .integer(Int($0.rawValue)) } ?? .null, "text": .string(code?.text ?? ""),
            "detail": detail.map { .string($0) } ?? .null, "rule": rule.map { .string($0) } ?? .null,
        ]
    }

    /// Nil for what is no error.
    init?(_ json: JSONValue) {
        guard let kind = (json["kind"]?.stringValue).flatMap(Kind.init),
            let message = json["message"]?.stringValue,
            let operation = json["operation"]?.stringValue
        else { return nil }
        let code = (json["code"]?.intValue).flatMap { Int32(exactly: $0) }
        self.init(
            kind, message, operation: operation,
            code: code.map { MediaErrorCode(rawValue: $0, text: json["text"]?.stringValue ?? "") },
            rule: json["rule"]?.stringValue)
        detail = json["detail"]?.stringValue
    }
}
