import Domain

/// When a version of a lesson was replaced, and how long from then the last token that opens it may be good.
///
/// What is stored is not the end itself: `FOCUST_KEEP_REPLACED` may be lowered afterwards, and is obeyed then.
package struct Retirement: Equatable, Sendable, CustomStringConvertible {
    /// Seconds since 1970.
    package let time: Int
    /// Seconds.
    package let tokenLife: Int

    package init(time: Int, tokenLife: Int) {
        self.time = time
        self.tokenLife = tokenLife
    }

    /// Nil for what `description` has not written.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let time = parts[0], let life = parts[1], time >= 0, life >= 0 else {
            return nil
        }
        self.init(time: time, tokenLife: life)
    }

    /// `1764295200+21600`: as the name of a file and the target of a link.
    package var description: String { "\(time)+\(tokenLife)" }

    /// The second from which the version is not kept any more, where none is kept for more than `limit` seconds.
    func end(keeping limit: Int) -> Int { time + life(keeping: limit) }

    /// For how many seconds it is kept.
    func life(keeping limit: Int) -> Int { min(tokenLife, limit) }
}

/// A version of a lesson that was replaced, and is kept for those who watch it; or one rendition of a version, that its
/// playlist does not name any more.
struct RetiredVersion: Equatable, Sendable {
    let version: String
    /// Nil: all of the version.
    var rendition: RenditionName?
    let retirement: Retirement

    init(version: String, rendition: RenditionName? = nil, retirement: Retirement) {
        self.version = version
        self.rendition = rendition
        self.retirement = retirement
    }

    /// In the lesson's directory, as when the version was the present one: a player's addresses, and the paths that
    /// nginx was told, lead there all along.
    var directory: String { LessonVersion.prefix + version }
}
