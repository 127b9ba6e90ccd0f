/// How large a video is shown: pixels, with its rotation applied.
package struct PictureSize: Equatable, Sendable {
    package let width: Int
    package let height: Int

    package init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}
