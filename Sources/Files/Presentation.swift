import Domain

/// Which presentation video is meant: one per course, one per module, or a loose file of the older layout.
package enum Presentation: Hashable, Sendable {
    case course(Identifier)
    case module(course: Identifier, module: Identifier)
    case flat(Filename)

    /// Where it lies, relative to the root, without its extension but for the flat one.
    var stem: String {
        switch self {
        case .course(let course): "\(StoredFile.coursePresentations)/\(course)/presentation"
        case .module(let course, let module):
            "\(StoredFile.modulePresentations)/\(course)/\(module)/presentation"
        case .flat(let filename): "\(StoredFile.presentations)/\(filename)"
        }
    }

    /// All the paths it may lie at: whichever extension it was uploaded with.
    var candidates: [String] {
        switch self {
        case .course, .module: VideoFileType.allCases.map { "\(stem).\($0.rawValue)" }
        case .flat: [stem]
        }
    }

    /// Where its poster lies, relative to the root; the older layout has none.
    var poster: String? {
        switch self {
        case .course(let course): "\(StoredFile.coursePresentations)/\(course)/\(LessonFile.poster)"
        case .module(let course, let module):
            "\(StoredFile.modulePresentations)/\(course)/\(module)/\(LessonFile.poster)"
        case .flat: nil
        }
    }

    /// Where one of this type lies, relative to the root.
    package func path(_ type: VideoFileType) -> String {
        switch self {
        case .course, .module: "\(stem).\(type.rawValue)"
        case .flat: stem
        }
    }
}
