import Domain
import Files
import Formats
import Settings
import Tokens

/// `GET /hls2/…`, `/hls/…` and their `/mobile` twins: playlists, keys and segments.
struct Playback: Sendable {
    let services: Services
    let lessons: LessonStatus

    private static let noStore = (name: "Cache-Control", value: "no-store")

    func answer(_ context: RequestContext, _ admission: borrowing PlayAdmission) throws(Refusal)
        -> HTTPResponse
    {
        guard let file = PlaybackFile(context.path.raw("file")) else {
            throw Refusal(.notFound, "There is no such file.")
        }
        let lesson = try open(admission.location)
        let asked = try version(context, present: lesson.version)
        switch file {
        case .playlist(let name): return try playlist(name, lesson, admission)
        case .key: return try key(lesson)
        case .segment(let name): return try segment(name, lesson, admission, isVersioned: asked)
        }
    }

    /// Ciphertext: a cache may keep it, under a URL that names the version it belongs to.
    private func segment(
        _ name: String, _ lesson: borrowing LessonDirectory, _ admission: borrowing PlayAdmission,
        isVersioned: Bool
    ) throws(Refusal) -> HTTPResponse {
        guard lesson.has(name) else { throw Refusal(.notFound, "There is no such file.") }
        let caching = isVersioned ? "private, max-age=3600, immutable" : "no-store"
        return Acceleration(prefix: services.settings.accelPrefix).send(
            name, of: lesson, admission,
            headers: [("Content-Type", PlaybackFile.segmentType(name)), ("Cache-Control", caching)])
    }

    /// The 16 bytes, straight from here: nginx has no way to the file.
    private func key(_ lesson: borrowing LessonDirectory) throws(Refusal) -> HTTPResponse {
        let key = try read(lesson, PlaybackFile.keyName)
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/octet-stream"), Self.noStore], body: key)
    }

    private func playlist(
        _ name: String, _ lesson: borrowing LessonDirectory, _ admission: borrowing PlayAdmission
    ) throws(Refusal) -> HTTPResponse {
        guard !admission.isGrant else {
            throw Refusal(.tokenMismatch, "The token opens segments and key, not the playlist.")
        }
        let playlist = try read(lesson, name)
        let rule =
            admission.platform == .mobile
            ? mobileRule(playlist, lesson.version, admission) : .relative(version: Array(lesson.version.utf8))
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/vnd.apple.mpegurl"), Self.noStore],
            body: PlaylistRewriter(rule).rewrite(playlist))
    }

    /// Every URI becomes absolute and carries a grant, minted once: it outlives the video, so that a film does not
    /// stop when the caller's own short token ends.
    private func mobileRule(
        _ playlist: [UInt8], _ version: String, _ admission: borrowing PlayAdmission
    ) -> URIRule {
        let seconds = PlaylistFacts(reading: playlist).map { Int($0.duration.components.seconds) + 1 } ?? 0
        let grant = services.issuer.issue(
            .grant(
                user: admission.userID, location: admission.location, parent: admission.tokenID),
            lifetime: seconds + services.settings.grantMargin,
            notBefore: admission.issuedAt)
        let location = admission.location
        let base = "\(services.settings.publicURL)/mobile/\(location.urlRoot)/\(location)/"
        return .mobile(base: Array(base.utf8), suffix: Array("?token=\(grant)&v=\(version)".utf8))
    }

    // MARK: The directory

    private func open(_ location: LessonLocation) throws(Refusal) -> LessonDirectory {
        do throws(FileError) {
            if let directory = try services.files.openLesson(at: location) { return directory }
        } catch {
            throw Refusal(error)
        }
        throw lessons.refusalOfMissing(location)
    }

    /// Whether the request names a version, which must be the present one: a player in the middle of a lesson
    /// that was replaced must not get new segments for its old key.
    private func version(_ context: RequestContext, present: String) throws(Refusal) -> Bool {
        guard let asked = RawQuery.value(of: "v=", in: context.request.query) else { return false }
        guard asked.utf8.elementsEqual(present.utf8) else {
            throw Refusal(.replaced, "The video has been replaced; load its playlist again.")
        }
        return true
    }

    private func read(_ lesson: borrowing LessonDirectory, _ name: String) throws(Refusal) -> [UInt8] {
        let bytes: [UInt8]?
        do {
            bytes = try lesson.read(name)
        } catch {
            throw Refusal(error)
        }
        guard let bytes else { throw Refusal(.notFound, "There is no such file.") }
        return bytes
    }
}
