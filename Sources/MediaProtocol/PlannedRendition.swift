import Domain
import Formats

/// A rendition that is going to be made.
package struct PlannedRendition: Equatable, Sendable {
    package let name: RenditionName
    /// Pixels of the upright picture.
    package let width: Int
    package let height: Int
    /// Frames per second, about.
    package let frameRate: Double

    package init(name: RenditionName, width: Int, height: Int, frameRate: Double) {
        self.name = name
        self.width = width
        self.height = height
        self.frameRate = frameRate
    }

    package var json: JSONValue {
        [
            "name": .string("\(name)"), "width": .integer(width), "height": .integer(height),
            "frame_rate": .number(frameRate),
        ]
    }

    /// Nil where something is missing, or cannot be.
    package init?(_ json: JSONValue) {
        guard let name = (json["name"]?.stringValue).flatMap({ RenditionName($0) }),
            let width = json["width"]?.intValue, let height = json["height"]?.intValue,
            let frameRate = json["frame_rate"]?.doubleValue,
            Rendition.isSane(width: width, height: height, frameRate: frameRate)
        else { return nil }
        self.init(name: name, width: width, height: height, frameRate: frameRate)
    }
}
