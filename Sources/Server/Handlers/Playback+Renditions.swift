import Domain
import Files
import Formats

/// What a viewer has of a lesson's renditions: all of them, those that the token allows, those that the player asks for.
extension Playback {
    /// What `max_height` asks for beside a lesson's playlist; other files are asked for by names that the playlist gave.
    /// Refuses with `malformed_request`.
    static func wantedHeight(_ file: PlaybackFile, _ context: RequestContext) throws(Refusal) -> Int? {
        guard file == .playlist(PlaybackFile.mainPlaylist) else { return nil }
        return try QueryParameters.maxHeight(RawQuery.value(of: "max_height=", in: context.request.query))
    }

    /// Refuses with `token_mismatch` what is of a rendition that is larger than the token allows.
    func check(
        _ file: PlaybackFile, of lesson: borrowing LessonDirectory, _ admission: borrowing PlayAdmission
    ) throws(Refusal) {
        guard let height = admission.maxHeight, let rendition = file.rendition else { return }
        // Without facts the first one is all there is.
        let facts = try facts(of: lesson)
        let isOpen =
            facts?.opens(rendition, within: height, issuedAt: admission.issuedAt) ?? (rendition == .first)
        guard isOpen else {
            throw Refusal(.tokenMismatch, "The token is for smaller renditions of the video.")
        }
    }

    /// The lesson's playlist, without what is larger than the token allows or the player wants.
    ///
    /// Where one rendition is left, its own playlist: programs that read it by themselves know that form.
    func mainPlaylist(
        of lesson: borrowing LessonDirectory, _ admission: borrowing PlayAdmission, wanting wanted: Int?
    ) throws(Refusal) -> ServedPlaylist {
        let bytes = try read(lesson, PlaybackFile.mainPlaylist)
        guard let playlist = MultivariantPlaylist(reading: bytes) else { return ServedPlaylist(bytes: bytes) }
        let facts = try facts(of: lesson)
        guard let height = [admission.maxHeight, wanted].compactMap(\.self).min() else {
            return ServedPlaylist(bytes: bytes, duration: try duration(of: playlist, facts, lesson))
        }
        guard let facts else { throw Self.damaged }
        let kept = playlist.keeping(facts.names(within: height))
        guard !kept.variants.isEmpty else { throw Self.damaged }
        if let single = kept.single { return ServedPlaylist(bytes: try read(lesson, single.playlist)) }
        return ServedPlaylist(bytes: kept.serialized(), duration: .seconds(facts.duration))
    }

    /// Nil where the lesson has one rendition. Refuses with `internal` where the file is damaged.
    private func facts(of lesson: borrowing LessonDirectory) throws(Refusal) -> RenditionFacts? {
        let bytes: [UInt8]?
        do throws(FileError) {
            bytes = try lesson.read(LessonFile.facts)
        } catch {
            throw Refusal(error)
        }
        guard let bytes else { return nil }
        guard let facts = RenditionFacts(reading: bytes) else { throw Self.damaged }
        return facts
    }

    /// A multivariant playlist does not say how long the video is; what is known of the lesson does, or a rendition's
    /// playlist.
    private func duration(
        of playlist: MultivariantPlaylist, _ facts: RenditionFacts?, _ lesson: borrowing LessonDirectory
    ) throws(Refusal) -> Duration? {
        if let facts { return .seconds(facts.duration) }
        guard let first = playlist.variants.first else { return nil }
        return PlaylistFacts.duration(of: try read(lesson, first.name.playlist))
    }

    private static let damaged = Refusal(
        .internal, "What is known of the video's renditions is damaged; upload the video again.")
}

/// A playlist as a viewer gets it, before its URIs are rewritten.
struct ServedPlaylist {
    let bytes: [UInt8]
    /// How long the video lasts; nil: its segments say so.
    var duration: Duration?
}
