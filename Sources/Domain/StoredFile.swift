/// Where things lie below `FOCUST_DATA_DIR`: paths relative to it, as the job table keeps them and nginx is told them.
package enum StoredFile {
    package static let lessons = "hls"
    package static let originals = "originals"
    package static let uploads = "uploads"
    package static let presentations = "presentation_videos"
    package static let coursePresentations = "\(presentations)/courses"
    package static let modulePresentations = "\(presentations)/modules"
    /// The job table, and whatever else outlives the process that knows it.
    package static let state = "state"
    /// What nginx reads.
    package static let served = [lessons, originals, presentations]

    /// The directory of a published lesson.
    package static func lesson(_ location: LessonLocation) -> String { "\(lessons)/\(location)" }

    /// The directory of a lesson's original. The flat layout keeps all files of a user in one.
    package static func originals(of location: LessonLocation) -> String {
        switch location {
        case .lesson(let path): "\(originals)/\(path)"
        case .flat(let user, _): "\(originals)/\(user)"
        }
    }

    /// A lesson's original, under the name that it was uploaded with.
    package static func original(_ filename: Filename, of location: LessonLocation) -> String {
        "\(originals(of: location))/\(filename)"
    }

    /// An upload that waits for its conversion, named after its task: two uploads of one lesson never meet.
    package static func upload(
        _ task: TaskID, of location: LessonLocation, as filename: Filename
    ) -> String {
        let suffix = filename.pathExtension
        return "\(uploads)/\(location)/\(task)" + (suffix.isEmpty ? "" : ".\(suffix)")
    }
}
