import Crypto
import Domain
import Formats

extension ResumableRecord {
    /// What the headers of a creation ask for. Refuses as the form of a multipart upload does, naming the key.
    init(
        length: Int, metadata text: String, callbackRules: CallbackRules, _ caller: borrowing UploadCaller
    ) throws(Refusal) {
        let metadata = try UploadMetadata(parsing: text)
        let filename = try Self.filename(metadata)
        // What has no extension is judged by what is inside alone, when it has come.
        guard filename.pathExtension.isEmpty || VideoFileType(of: filename) != nil else {
            throw Refusal(
                .unsupportedMedia, "\(filename) is not one of: \(VideoFileType.list).", field: "filename")
        }
        let callbacks = try callbackRules.callbacks(caller) { metadata.text($0) }
        self.init(
            length: length, target: try Self.target(metadata), filename: filename, metadata: text,
            successCallbackURL: callbacks.success, errorCallbackURL: callbacks.error,
            task: TaskID(random: SecureRandom.pair()), author: caller.author(), caller: caller.name)
    }

    private static func filename(_ metadata: UploadMetadata) throws(Refusal) -> Filename {
        guard let sent = metadata.text("filename") else {
            throw Refusal(.missingField, "filename is missing.", field: "filename")
        }
        guard let filename = Filename(cleaning: sent) else {
            throw Refusal(.invalidFilename, "The file's name is empty once cleaned.", field: "filename")
        }
        return filename
    }

    private static func target(_ metadata: UploadMetadata) throws(Refusal) -> VideoTarget {
        // Uppy says the file's media type under this key.
        let type = metadata.text("type").flatMap { $0.contains("/") ? nil : $0 } ?? "lesson"
        switch type {
        case "lesson":
            return .lesson(
                LessonPath(
                    trainer: try identifier(metadata, "trainer_id"),
                    course: try identifier(metadata, "course_id"),
                    module: try identifier(metadata, "module_id"),
                    lesson: try identifier(metadata, "lesson_id")))
        case "course": return .course(try identifier(metadata, "course_id"))
        case "module":
            return .module(
                course: try identifier(metadata, "course_id"), module: try identifier(metadata, "module_id"))
        default: throw Refusal(.invalidType, "type must be lesson, course or module.", field: "type")
        }
    }

    private static func identifier(
        _ metadata: UploadMetadata, _ name: String
    ) throws(Refusal) -> Identifier {
        guard let text = metadata.text(name) else {
            throw Refusal(.missingField, "\(name) is missing.", field: name)
        }
        guard let identifier = Identifier(text) else {
            throw Refusal(
                .invalidID, "\(name) must be 1 to 128 letters, digits, _, - or . (not first).", field: name)
        }
        return identifier
    }
}
