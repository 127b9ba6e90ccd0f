import Domain

/// How a log names a token: never by itself.
extension MediaToken {
    /// What it is for, in a word.
    package var kind: String {
        switch self {
        case .play, .playFlat: "play"
        case .grant: "grant"
        case .download, .downloadFlat: "download"
        case .upload: "upload"
        }
    }

    package var user: String {
        switch self {
        case .play(let user, _, _, _), .download(let user, _, _), .upload(let user, _, _): user.value
        case .playFlat(let user, _, _, _, _): "\(user)"
        case .downloadFlat(let user, _): "\(user)"
        case .grant(let user, _, _, _, _): user
        }
    }

    /// What it opens: a lesson's `rel`, `course/…`, `module/…`, or the user and file of the flat layout.
    package var target: String {
        switch self {
        case .play(_, let lesson, _, _): "\(lesson)"
        case .grant(_, let location, _, _, _): "\(location)"
        case .playFlat(let user, let filename, let video, _, _):
            "\(user)/\(video?.value ?? filename?.value ?? "")"
        case .downloadFlat(let user, let filename): "\(user)/\(filename)"
        case .download(_, let target, _), .upload(_, let target, _):
            switch target {
            case .lesson(let path): "\(path)"
            case .course(let course): "course/\(course)"
            case .module(let course, let module): "module/\(course)/\(module)"
            }
        }
    }
}
