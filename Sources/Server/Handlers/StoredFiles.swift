import Domain
import Files

/// Finds the stored file that a download is about; paths are relative to the data directory.
struct StoredFiles: Sendable {
    let files: DataDirectory

    /// The path of `filename` of `target`; nil where there is none.
    func path(of filename: Filename, of target: VideoTarget) throws(Refusal) -> String? {
        switch target {
        case .lesson(let lesson): try existing(files.originalPath(of: .lesson(lesson), filename))
        case .course(let course): try path(of: filename, ofPresentation: .course(course))
        case .module(let course, let module):
            try path(of: filename, ofPresentation: .module(course: course, module: module))
        }
    }

    /// The path of a user's file in the flat layout; nil where there is none.
    func path(of filename: Filename, ofUser user: Identifier) throws(Refusal) -> String? {
        // The predecessor kept raw uploads where they had come in; this server makes originals of them.
        for directory in [StoredFile.originals, StoredFile.uploads] {
            if let path = try existing("\(directory)/\(user)/\(filename)") { return path }
        }
        return nil
    }

    /// The path, where a file is there.
    func existing(_ path: String) throws(Refusal) -> String? {
        try Refusal.rethrow { () throws(FileError) in try files.size(of: path) } == nil ? nil : path
    }

    /// The one file of a presentation, which is called `presentation.<ext>` whatever it was uploaded as; an older
    /// server's links have the extension in the letters of the upload's name.
    private func path(
        of filename: Filename, ofPresentation presentation: Presentation
    ) throws(Refusal) -> String? {
        let path = try Refusal.rethrow { () throws(FileError) in try files.presentationPath(of: presentation)
        }
        guard let path, let type = VideoFileType(of: filename) else { return nil }
        let isNamed = filename.value.dropLast(type.rawValue.utf8.count) == "presentation."
        return isNamed && path.hasSuffix("/presentation.\(type.rawValue)") ? path : nil
    }
}
