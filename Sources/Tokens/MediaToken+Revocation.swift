import Domain

extension MediaToken {
    /// Everything by which the token could be revoked, but for the id it does not have yet.
    package var revocationSubjects: [RevocationList.Subject] {
        switch self {
        case .play(let user, let lesson, _, _): [.user(user.value), .location("\(lesson)")]
        case .grant(let user, let location, _, _, _): [.user(user), .location("\(location)")]
        case .playFlat(let user, let filename, let video, _, _):
            [.user(user.value)]
                + [video, filename?.flatVideoID].compactMap { $0.map { .location("\(user)/\($0)") } }
        case .downloadFlat(let user, let filename):
            [.user(user.value)] + (filename.flatVideoID.map { [.location("\(user)/\($0)")] } ?? [])
        case .download(let user, let target, _), .upload(let user, let target, _):
            [.user(user.value), RevocationList.Subject(target)]
        }
    }
}

extension RevocationList.Subject {
    /// Everything about `target`.
    package init(_ target: VideoTarget) {
        switch target {
        case .lesson(let path): self = .location("\(path)")
        case .course(let course): self = .course(course.value)
        case .module(let course, let module): self = .module(course: course.value, module: module.value)
        }
    }
}
