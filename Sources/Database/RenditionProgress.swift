import Domain

/// One rendition that a job is to make, and how far it is.
package struct RenditionProgress: Equatable, Sendable {
    package let name: RenditionName
    /// Pixels as shown.
    package let size: PictureSize
    /// Frames per second, on average.
    package let frameRate: Double
    /// 0 to 1.
    package var share: Double

    package init(name: RenditionName, size: PictureSize, frameRate: Double, share: Double = 0) {
        self.name = name
        self.size = size
        self.frameRate = frameRate
        self.share = share
    }
}

/// How a row keeps them: a line each, such as `r1 768 432 30.0 0.25`.
extension RenditionProgress {
    package static func text(_ renditions: [RenditionProgress]) -> String {
        renditions.map { "\($0.name) \($0.size.width) \($0.size.height) \($0.frameRate) \($0.share)" }
            .joined(separator: "\n")
    }

    /// Nil where a line says something else.
    package static func parse(_ text: String) -> [RenditionProgress]? {
        let lines = text.split(separator: "\n")
        let renditions = lines.compactMap { RenditionProgress(line: $0) }
        return renditions.count == lines.count ? renditions : nil
    }

    private init?(line: Substring) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 5, let name = RenditionName(parts[0]), let width = Int(parts[1]),
            let height = Int(parts[2]), let frameRate = Double(parts[3]), let share = Double(parts[4])
        else { return nil }
        self.init(
            name: name, size: PictureSize(width: width, height: height), frameRate: frameRate, share: share)
    }
}
