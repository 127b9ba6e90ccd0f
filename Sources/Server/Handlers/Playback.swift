import Crypto
import Domain
import Files
import Formats
import Settings
import System
import Tokens

/// `GET /hls2/…`, `/hls/…` and their `/mobile` twins: playlists, keys and segments.
struct Playback: Sendable {
    let services: Services
    let lessons: LessonStatus

    /// The most bytes of a playlist's answer: 24 hours in segments of 2 s are two thirds of it.
    private static let maxPlaylistBytes = 32 << 20

    private static let noStore = (name: "Cache-Control", value: "no-store")

    func answer(_ context: RequestContext, _ admission: borrowing PlayAdmission) throws(Refusal)
        -> HTTPResponse
    {
        guard let file = PlaybackFile(context.path.raw("file")) else {
            throw Refusal(.notFound, "There is no such file.")
        }
        let wanted = try Self.wantedHeight(file, context)
        if let answer = versionedSegment(file, context, admission) { return answer }
        do throws(Refusal) {
            return try look(for: file, context, admission, wanting: wanted)
        } catch {
            // A lesson that was replaced after it was opened is being deleted, and has some of its files no more.
            guard error.code == .notFound else { throw error }
            return try look(for: file, context, admission, wanting: wanted)
        }
    }

    private func look(
        for file: PlaybackFile, _ context: RequestContext, _ admission: borrowing PlayAdmission,
        wanting wanted: Int?
    ) throws(Refusal) -> HTTPResponse {
        let version = RawQuery.value(of: "v=", in: context.request.query)
        let lesson = try open(admission.location, version: version, for: file)
        try check(file, of: lesson, admission)
        switch file {
        case .playlist(PlaybackFile.mainPlaylist):
            // A grant comes from this one; what it names, a grant opens too.
            guard !admission.isGrant else {
                throw Refusal(.tokenMismatch, "The token opens segments and key, not the playlist.")
            }
            let playlist = try mainPlaylist(of: lesson, admission, wanting: wanted)
            return try rewritten(playlist, lesson, context, admission)
        case .playlist(let name):
            return try rewritten(ServedPlaylist(bytes: try read(lesson, name)), lesson, context, admission)
        case .key(let rendition): return try key(of: rendition, lesson)
        case .segment(let name): return try segment(name, lesson, admission, isVersioned: version != nil)
        }
    }

    /// The answer to nearly every request; nil where it is no segment of a version that is there, or where somebody has
    /// to look closer to know.
    private func versionedSegment(
        _ file: PlaybackFile, _ context: RequestContext, _ admission: borrowing PlayAdmission
    ) -> HTTPResponse? {
        // A token that does not open every rendition is judged for each, and what it opens is not remembered: nginx does not
        // tell renditions apart.
        guard case .segment(let name) = file, admission.maxHeight == nil,
            let version = RawQuery.value(of: "v=", in: context.request.query),
            let path = services.files.versionedPath(of: name, at: admission.location, version: version)
        else { return nil }
        var answer = send(path, name, admission, isVersioned: true)
        if let seconds = context.request.decisionSeconds {
            answer.headers.append(memory(of: admission, seconds))
        }
        return answer
    }

    private func segment(
        _ name: String, _ lesson: borrowing LessonDirectory, _ admission: borrowing PlayAdmission,
        isVersioned: Bool
    ) throws(Refusal) -> HTTPResponse {
        guard lesson.has(name) else { throw Refusal(.notFound, "There is no such file.") }
        return send(lesson.relativePath(of: name), name, admission, isVersioned: isVersioned)
    }

    /// Ciphertext: a cache may keep it, under a URL that names the version it belongs to.
    private func send(
        _ path: String, _ name: String, _ admission: borrowing PlayAdmission, isVersioned: Bool
    ) -> HTTPResponse {
        let caching = isVersioned ? "private, max-age=3600, immutable" : "no-store"
        return Acceleration(prefix: services.settings.accelPrefix).send(
            path, for: admission,
            headers: [("Content-Type", PlaybackFile.segmentType(name)), ("Cache-Control", caching)])
    }

    /// Until when nginx may remember that `admission` opens this version of the lesson, `seconds` from now at most.
    ///
    /// nginx serves what it remembers through the whole of the second that is named (ngx_http_file_cache.c: valid
    /// while `valid_sec >= now`), and a token's last second is the one before its `exp`. Only a path that names the
    /// version is remembered: any other one could lead to a later version's bytes. Refusals never are.
    private func memory(
        of admission: borrowing PlayAdmission, _ seconds: Int
    ) -> (name: String, value: String) {
        let end = min(services.clock.now().seconds + seconds, admission.expiresAt)
        return ("X-Accel-Expires", "@\(end - 1)")
    }

    /// The 16 bytes, straight from here: nginx has no way to the file.
    ///
    /// Whatever else has a key's name is none: a file that a full disk cut short, or something put in its place.
    private func key(
        of rendition: RenditionName, _ lesson: borrowing LessonDirectory
    ) throws(Refusal) -> HTTPResponse {
        let key = try read(lesson, rendition.key)
        guard key.count == ContentKey.byteCount else {
            var refusal = Refusal(.internal, "The key of the video is damaged; upload the video again.")
            refusal.cause = "the key has \(key.count) bytes"
            throw refusal
        }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/octet-stream"), Self.noStore], body: key)
    }

    /// A playlist whose URIs lead back here. Those of a mobile token become absolute and carry a grant; so, staying
    /// relative, do those of a web token that came in the query: a player that cannot set headers for the playlist
    /// cannot for the segments either.
    private func rewritten(
        _ playlist: ServedPlaylist, _ lesson: borrowing LessonDirectory, _ context: RequestContext,
        _ admission: borrowing PlayAdmission
    ) throws(Refusal) -> HTTPResponse {
        let isInHeader = BearerToken.ofHeader(context.request) != nil
        let rule: URIRule
        if admission.platform == .web && isInHeader {
            rule = .relative(version: Array(lesson.version.utf8))
        } else {
            let grant = grant(playlist, context, admission)
            rule = .mobile(
                base: Array(base(admission).utf8), suffix: Array("?token=\(grant)&v=\(lesson.version)".utf8))
        }
        let rewriter = PlaylistRewriter(rule)
        guard rewriter.fits(playlist.bytes, in: Self.maxPlaylistBytes) else {
            var refusal = Refusal(.internal, "The playlist of the video is too long.")
            refusal.cause =
                "a playlist of \(playlist.bytes.count) bytes would become more than \(Self.maxPlaylistBytes)"
            throw refusal
        }
        return HTTPResponse(
            status: 200, headers: [("Content-Type", "application/vnd.apple.mpegurl"), Self.noStore],
            body: rewriter.rewrite(playlist.bytes))
    }

    private func base(_ admission: borrowing PlayAdmission) -> String {
        guard admission.platform == .mobile else { return "" }
        return "\(services.settings.publicURL)/mobile/\(admission.location.urlRoot)/\(admission.location)/"
    }

    /// Minted once for a playlist: it outlives the video, so that a film does not stop when the caller's own short
    /// token ends. One that is a grant already is handed on, or it could be renewed for ever.
    private func grant(
        _ playlist: ServedPlaylist, _ context: RequestContext, _ admission: borrowing PlayAdmission
    ) -> String {
        if admission.isGrant, let present = BearerToken.any(in: context.request) { return String(present) }
        return services.issuer.issue(
            .grant(
                user: admission.userID, location: admission.location, platform: admission.platform,
                parent: admission.tokenID, maxHeight: admission.maxHeight),
            lifetime: seconds(playlist) + services.settings.grantMargin, datedAs: admission.issuedAt)
    }

    /// How long the video lasts. A playlist of variants that another program wrote does not say; then as long as any token
    /// may live.
    private func seconds(_ playlist: ServedPlaylist) -> Int {
        let known = playlist.duration ?? PlaylistFacts.duration(of: playlist.bytes)
        guard let duration = known, duration > .zero else {
            return min(services.settings.maxTTL, LessonFile.longestSeconds)
        }
        return Int(min(duration.components.seconds, Int64(LessonFile.longestSeconds) - 1)) + 1
    }

    // MARK: The directory

    /// The version that the request names, as long as it is kept; without a name the present one.
    ///
    /// The main playlist is always the present one's: who has to load it again shall not be led back.
    private func open(
        _ location: LessonLocation, version: Substring?, for file: PlaybackFile
    ) throws(Refusal) -> LessonDirectory {
        let present = try open(location)
        guard let version, !version.utf8.elementsEqual(present.version.utf8) else { return present }
        if file != .playlist(PlaybackFile.mainPlaylist) {
            do throws(FileError) {
                if let kept = try services.files.openRetired(version, of: location) { return kept }
            } catch {
                throw Refusal(error)
            }
        }
        throw Refusal(.replaced, "The video has been replaced; load its playlist again.")
    }

    private func open(_ location: LessonLocation) throws(Refusal) -> LessonDirectory {
        do throws(FileError) {
            if let directory = try services.files.openLesson(at: location) { return directory }
        } catch {
            throw Refusal(error)
        }
        throw lessons.refusalOfMissing(location)
    }

    func read(_ lesson: borrowing LessonDirectory, _ name: String) throws(Refusal) -> [UInt8] {
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
