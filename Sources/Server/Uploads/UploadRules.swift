import Domain

/// What an upload may be, however it comes.
enum UploadRules {
    /// The name that a client gives its file, cleaned. Refuses with `invalid_filename`, or with `unsupported_media` an
    /// extension that is no video's; a file without one is judged by what is inside alone, when it has come.
    static func filename(_ sent: String, field: String) throws(Refusal) -> Filename {
        guard let filename = Filename(cleaning: sent) else {
            throw Refusal(.invalidFilename, "The file's name is empty once cleaned.", field: field)
        }
        guard filename.pathExtension.isEmpty || VideoFileType(of: filename) != nil else {
            throw UnsupportedMedia.extensionOf(filename, field: field)
        }
        return filename
    }
}

extension Refusal {
    /// This refusal, telling the limit that was passed.
    func limited(to limit: ByteCount) -> Refusal {
        var refusal = self
        refusal.limit = limit
        return refusal
    }
}
