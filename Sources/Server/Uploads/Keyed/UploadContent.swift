import Crypto
import Domain
import Formats

/// What an upload by form is, so that it can be told from another.
struct UploadContent: Equatable {
    let path: String
    /// Nil where the path says what it will be, or the flat layout.
    let lesson: LessonPath?
    let size: FormSize
    /// Of the video, of its name, and of all that was said beside it.
    let digest: String

    init(path: String, lesson: LessonPath? = nil, size: FormSize, digest: String) {
        self.path = path
        self.lesson = lesson
        self.size = size
        self.digest = digest
    }

    /// The size of the body is no part of what it says: another boundary, or other headers of a part, change nothing.
    static func == (left: Self, right: Self) -> Bool {
        left.path == right.path && left.lesson == right.lesson && left.digest == right.digest
    }

    var json: JSONValue {
        [
            "path": .string(path), "rel": lesson.map { .string("\($0)") } ?? .null,
            "bytes": .integer(size.bytes), "boundaries": .integer(size.boundaries), "digest": .string(digest),
        ]
    }

    /// Nil where it is not what `json` makes.
    init?(_ json: JSONValue) {
        guard let path = json["path"]?.stringValue, let bytes = json["bytes"]?.intValue,
            let boundaries = json["boundaries"]?.intValue, let digest = json["digest"]?.stringValue
        else { return nil }
        self.init(
            path: path, lesson: json["rel"]?.stringValue.flatMap { LessonPath($0) },
            size: FormSize(bytes: bytes, boundaries: boundaries), digest: digest)
    }
}

/// How long a form is: clients choose another boundary each time, and not always one as long as the last.
struct FormSize {
    /// Without its boundaries.
    let bytes: Int
    /// How many there are.
    let boundaries: Int

    init(bytes: Int, boundaries: Int) {
        self.bytes = bytes
        self.boundaries = boundaries
    }

    /// Of a body of `total` bytes with so many parts between boundaries of `boundary` bytes.
    init(total: Int, parts: Int, boundary: Int) {
        boundaries = parts + 1
        bytes = total - boundaries * boundary
    }

    /// Whether the body that the headers announce may be this one; nil where they do not say how long it is.
    func isThat(of request: HTTPRequest) -> Bool? {
        let type = request.contentType.flatMap { MediaTypeHeader(parsing: $0) }
        guard let total = request.contentLength, let boundary = type?.formDataBoundary else { return nil }
        return total - boundaries * boundary.utf8.count == bytes
    }
}
