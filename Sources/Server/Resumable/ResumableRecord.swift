import Domain
import Formats
import Tokens

/// What an upload will become, as it was admitted; kept beside its bytes.
struct ResumableRecord: Equatable, Sendable {
    /// Bytes of the whole.
    let length: Int
    let target: VideoTarget
    let filename: Filename
    /// `Upload-Metadata` as it was sent: HEAD repeats it.
    let metadata: String
    let successCallbackURL: String?
    let errorCallbackURL: String?
    /// The task it will be. Chosen at the start: however often the handing over is begun, there is one.
    let task: TaskID
    /// Nil: the site's backend.
    let author: UploadAuthor?
    /// The name of the API key that began it, or how else its caller was known; nil where an earlier version noted none.
    let caller: String?

    /// Whether the same caller began both, for the same target: of such uploads one is open at a time.
    func isReplaced(by newer: ResumableRecord) -> Bool {
        target == newer.target && author == newer.author && caller == newer.caller
    }

    /// Whether a client that asks for `other` may mean this one: all that it says is the same.
    func isSameUpload(as other: ResumableRecord) -> Bool {
        (length, target, metadata) == (other.length, other.target, other.metadata)
    }

    /// Whether the token that began it is void by now.
    func isRevoked(by revocations: RevocationList) -> Bool {
        guard let author else { return false }
        return revocations.contains(anyOf: author.subjects(target), issuedAt: author.issuedAt)
    }

    /// As it is kept.
    var json: JSONValue {
        .object(
            [
                ("length", .integer(length)), ("filename", .string(filename.value)),
                ("metadata", .string(metadata)), ("task", .string(task.value)),
                ("success", successCallbackURL.map { .string($0) } ?? .null),
                ("error", errorCallbackURL.map { .string($0) } ?? .null), ("author", authorJSON),
                ("caller", caller.map { .string($0) } ?? .null),
            ] + targetMembers)
    }

    private var authorJSON: JSONValue {
        guard let author else { return .null }
        return [
            "user": .string(author.user), "token": author.token.map { .string($0) } ?? .null,
            "issued_at": .integer(author.issuedAt),
        ]
    }

    private var targetMembers: [(String, JSONValue)] {
        switch target {
        case .lesson(let path): [("rel", .string("\(path)"))]
        case .course(let course): [("course", .string(course.value))]
        case .module(let course, let module):
            [("course", .string(course.value)), ("module", .string(module.value))]
        }
    }
}

extension ResumableRecord {
    /// Nil where `bytes` are not what `json` makes.
    init?(parsing bytes: [UInt8]) {
        guard let json = Self.parsed(bytes), let length = json["length"]?.intValue,
            let filename = json["filename"]?.stringValue.flatMap({ Filename($0) }),
            let metadata = json["metadata"]?.stringValue,
            let task = json["task"]?.stringValue.flatMap({ TaskID($0) }), let target = Self.target(json)
        else { return nil }
        self.init(
            length: length, target: target, filename: filename, metadata: metadata,
            successCallbackURL: json["success"]?.stringValue, errorCallbackURL: json["error"]?.stringValue,
            task: task, author: Self.author(json["author"]), caller: json["caller"]?.stringValue)
    }

    private static func parsed(_ bytes: [UInt8]) -> JSONValue? {
        do { return try JSONValue.parse(bytes) } catch { return nil }
    }

    private static func target(_ json: JSONValue) -> VideoTarget? {
        if let rel = json["rel"]?.stringValue { return LessonPath(rel).map { .lesson($0) } }
        guard let course = json["course"]?.stringValue.flatMap({ Identifier($0) }) else { return nil }
        guard let module = json["module"]?.stringValue else { return .course(course) }
        return Identifier(module).map { .module(course: course, module: $0) }
    }

    private static func author(_ json: JSONValue?) -> UploadAuthor? {
        guard let json, let user = json["user"]?.stringValue, let issuedAt = json["issued_at"]?.intValue
        else {
            return nil
        }
        return UploadAuthor(user: user, token: json["token"]?.stringValue, issuedAt: issuedAt)
    }
}
