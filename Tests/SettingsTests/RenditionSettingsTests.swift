import Domain
import Settings
import Testing

private func settings(_ values: [String: String]) throws(SettingsErrors) -> Settings {
    try Settings(values: values, role: .work, cores: 4, readFile: { _ in nil })
}

@Suite struct RenditionSettingsTests {
    @Test func `Settings that say nothing give the standard ladder and no further callbacks`() throws {
        let read = try settings([:])
        #expect(read.ladder == .standard && read.callbackEvents.isEmpty)
        for setting in Setting.all where setting.name == "FOCUST_MAX_BITRATE" {
            #expect(BitRate.parse(setting.defaultText) == Ladder.defaultMaxBitrate)
        }
    }

    @Test func `none leaves a lesson its one rendition`() throws {
        #expect(try settings(["FOCUST_RENDITIONS": "none"]).ladder.rungs.isEmpty)
    }

    @Test func `What is written is what is made`() throws {
        let read = try settings([
            "FOCUST_RENDITIONS": "480:1M, 234:100k@10", "FOCUST_MAX_BITRATE": "8M",
            "FOCUST_CALLBACK_EVENTS": "renditions",
        ])
        #expect(
            read.ladder.rungs == [
                Rung(shorterSide: 480, maxBitrate: 1_000_000),
                Rung(shorterSide: 234, maxBitrate: 100_000, maxFrameRate: 10),
            ])
        #expect(read.ladder.maxBitrate == 8_000_000 && read.callbackEvents == [.renditions])
        #expect(try settings(["FOCUST_CALLBACK_EVENTS": "none"]).callbackEvents.isEmpty)
    }

    @Test(arguments: [
        ("FOCUST_RENDITIONS", "720p"), ("FOCUST_RENDITIONS", "234:85k,720:2200k"),
        ("FOCUST_RENDITIONS", "off"),
        ("FOCUST_MAX_BITRATE", "5 Mbit/s"), ("FOCUST_MAX_BITRATE", "0"),
        ("FOCUST_CALLBACK_EVENTS", "rendition"), ("FOCUST_CALLBACK_EVENTS", "none,renditions"),
    ])
    func `What is wrong is named with what it must be`(name: String, value: String) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings([name: value]) }
        #expect(error?.errors.map(\.name) == [name])
        #expect(error?.description.hasPrefix("\(name) is \"\(value)\": it must be ") == true)
    }

    @Test(arguments: [["FOCUST_MAX_BITRATE": "2200k"], ["FOCUST_RENDITIONS": "1080:5M,720:2M"]])
    func `The best rendition may not be worse than the one below it`(values: [String: String]) throws {
        let error = #expect(throws: SettingsErrors.self) { try settings(values) }
        #expect(error?.errors.map(\.name) == ["FOCUST_MAX_BITRATE"])
        #expect(error?.description.contains("more than the first of FOCUST_RENDITIONS") == true)
    }
}
