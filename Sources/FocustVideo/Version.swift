/// The version of this build.
enum Version {
    /// Semantic version; the one place it is written.
    static let number = "0.1.0"

    static let text = "focust-video \(number)"
}
