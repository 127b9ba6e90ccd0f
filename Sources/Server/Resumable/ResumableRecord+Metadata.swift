import Crypto
import Domain
import Formats

extension ResumableRecord {
    /// What the headers of a creation ask for. Refuses as the form of a multipart upload does, naming the key.
    init(
        length: Int, metadata text: String, callbackRules: CallbackRules, _ caller: borrowing UploadCaller
    ) throws(Refusal) {
        let metadata = try UploadMetadata(parsing: text)
        let filename = try UploadRules.filename(try metadata.required("filename"), field: "filename")
        let callbacks = try callbackRules.callbacks(caller) { metadata.text($0) }
        self.init(
            length: length, target: try Self.target(metadata), filename: filename, metadata: text,
            successCallbackURL: callbacks.success, errorCallbackURL: callbacks.error,
            task: TaskID(random: SecureRandom.pair()), author: caller.author(), caller: caller.name)
    }

    private static func target(_ metadata: UploadMetadata) throws(Refusal) -> VideoTarget {
        // Uppy says the file's media type under this key.
        let type = metadata.text("type").flatMap { $0.contains("/") ? nil : $0 } ?? "lesson"
        return try metadata.target(type) { () throws(Refusal) in try metadata.lessonOfIDs() }
    }
}

extension UploadMetadata: Fields {}
