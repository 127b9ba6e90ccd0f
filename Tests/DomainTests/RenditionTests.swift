import Testing

@testable import Domain

private func rendition(
    _ width: Int = 768, _ height: Int = 432, frameRate: Double = 29.97, bandwidth: Int = 912_000,
    average: Int = 640_000, codecs: String = "avc1.64001E,mp4a.40.2"
) -> Rendition {
    Rendition(
        name: .first, width: width, height: height, frameRate: frameRate, bandwidth: bandwidth,
        averageBandwidth: average, codecs: codecs, isCopy: false)
}

@Suite struct RenditionTests {
    @Test func `The height of an upright film is its width`() {
        #expect(rendition(1080, 1920).shorterSide == 1080 && rendition(1280, 720).shorterSide == 720)
    }

    @Test(arguments: [
        rendition(), rendition(1, 16_384), rendition(frameRate: 0.5), rendition(bandwidth: 640_000),
        rendition(codecs: "avc1.42c00d"),
    ])
    func `What a video can be like is plausible`(rendition: Rendition) {
        #expect(rendition.isPlausible)
    }

    @Test(arguments: [
        rendition(0), rendition(-768), rendition(768, 16_385), rendition(frameRate: 0),
        rendition(frameRate: -30),
        rendition(frameRate: .nan), rendition(frameRate: .infinity), rendition(frameRate: 90_000),
        rendition(bandwidth: 639_999), rendition(bandwidth: .max), rendition(average: 0),
        rendition(average: -1),
        rendition(codecs: ""), rendition(codecs: "avc1\""), rendition(codecs: "avc1\n#EXTINF"),
        rendition(codecs: "é"),
        rendition(codecs: "avc1 mp4a"), rendition(codecs: String(repeating: "a", count: 129)),
    ])
    func `What no video can be like is not`(rendition: Rendition) {
        #expect(!rendition.isPlausible)
    }
}
