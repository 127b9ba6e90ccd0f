import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Encrypted films")
struct ProtectedTests {
    private static let source =
        "-f lavfi -i testsrc2=s=160x120:r=25:d=3 -f lavfi -i sine=r=48000:d=3 -pix_fmt yuv420p -c:v libx264 "
        + "-preset ultrafast -g 25 -c:a aac"
    private static let key =
        "-encryption_scheme cenc-aes-ctr -encryption_key 76a6c65c5ea762046bd749a2e632ccbb "
        + "-encryption_kid a7e61c373e219033c21091fa607bf3b8"

    /// Expects that the look at the upload names the protection, and that a conversion does too.
    private static func expectRefusal(
        _ path: String, _ space: Workspace, naming words: [String],
        _ location: SourceLocation = #_sourceLocation
    ) {
        for attempt in [{ _ = try Probe.examine(path) }, { _ = try Lesson(path, in: space) }] {
            let error = #expect(throws: MediaError.self, sourceLocation: location) { try attempt() }
            #expect(error?.kind == .unsupported, sourceLocation: location)
            for word in words {
                #expect(
                    error?.message.contains(word) == true, "\(error?.message ?? "")", sourceLocation: location
                )
            }
        }
    }

    @Test(
        "An MP4 under Common Encryption is refused by that name, with its index anywhere and in fragments",
        arguments: ["-movflags faststart", "", "-movflags frag_keyframe+empty_moov", "-f mov"])
    func commonEncryption(flags: String) throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", "\(Self.source) \(Self.key) \(flags)")
        Self.expectRefusal(path, space, naming: ["pictures", "encrypted", "Common Encryption", "cenc"])
    }

    @Test(
        "A track whose samples are encrypted is named, whichever codec is inside",
        arguments: [
            ("libx264 -preset ultrafast", "avc1", "drmi", ["pictures", "FairPlay"]),
            ("libx264 -preset ultrafast", "mp4a", "drms", ["sound", "FairPlay"]),
            ("libx264 -preset ultrafast", "mp4a", "enca", ["sound", "Common Encryption"]),
            (
                "libx265 -tag:v hvc1 -x265-params log-level=error", "hvc1", "encv",
                ["pictures", "Common Encryption"]
            ),
        ])
    func sampleEntries(codec: String, clear: String, encrypted: String, words: [String]) throws {
        let space = try Workspace()
        let made = Self.source.replacingOccurrences(of: "libx264 -preset ultrafast", with: codec)
        let path = try space.clip("film.mp4", made)
        #expect(throws: Never.self) { try Probe.examine(path) }
        try space.patch("film.mp4") { data in
            let table = try #require(
                data.range(of: Data("stsd".utf8), in: try Self.table(data, holding: clear)))
            let name = try #require(data.range(of: Data(clear.utf8), in: table.upperBound..<data.endIndex))
            data.replaceSubrange(name, with: Data(encrypted.utf8))
        }
        Self.expectRefusal(path, space, naming: words)
    }

    /// From the sample table whose entry has that name.
    private static func table(_ data: Data, holding entry: String) throws -> Range<Data.Index> {
        var table = try #require(data.range(of: Data("stsd".utf8)))
        while data[table.upperBound + 12..<table.upperBound + 16] != Data(entry.utf8) {
            table = try #require(data.range(of: Data("stsd".utf8), in: table.upperBound..<data.endIndex))
        }
        return table.lowerBound..<data.endIndex
    }

    @Test("A clear sound beside an encrypted one is taken")
    func clearSoundBesideEncrypted() throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", "\(Self.source) -map 0:v -map 1:a -map 1:a")
        try space.patch("film.mp4") { data in
            let table = try Self.table(data, holding: "mp4a")
            let name = try #require(data.range(of: Data("mp4a".utf8), in: table))
            data.replaceSubrange(name, with: Data("enca".utf8))
        }
        let probe = try Probe.examine(path)
        #expect(probe.audio?.streamIndex == 2)
        #expect(probe.ignored.contains { $0.contains("stream 1") && $0.contains("encrypted") })
        try Lesson(path, in: space).expectRules()
    }

    @Test(
        "A WMV whose header has an object of Windows Media DRM is refused by that name",
        arguments: [
            [0xFB, 0xB3, 0x11, 0x22, 0x23, 0xBD, 0xD2, 0x11, 0xB4, 0xB7, 0x00, 0xA0, 0xC9, 0x55, 0xFC, 0x6E],
            [0x14, 0xE6, 0x8A, 0x29, 0x22, 0x26, 0x17, 0x4C, 0xB9, 0x35, 0xDA, 0xE0, 0x7E, 0xE9, 0x28, 0x9C],
            [0x33, 0x85, 0x05, 0x43, 0x81, 0x69, 0xE6, 0x49, 0x9B, 0x74, 0xAD, 0x12, 0xCB, 0x86, 0xD5, 0x8C],
        ] as [[UInt8]])
    func windowsMedia(object: [UInt8]) throws {
        let space = try Workspace()
        let path = try space.clip(
            "film.wmv",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -f lavfi -i sine=d=1 -c:v wmv2 -c:a wmav2 -metadata title=Lesson"
        )
        #expect(throws: Never.self) { try Probe.examine(path) }
        // ffmpeg writes a Content Description Object, which is as long as it says, whatever it is called.
        let description: [UInt8] = [0x33, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]
        try space.patch("film.wmv") { data in
            let name = try #require(data.range(of: Data(description)))
            data.replaceSubrange(name.lowerBound..<name.lowerBound + 16, with: Data(object))
            // Behind the object's size, the lengths of a secret, a key's name and an address: none of them here.
            data.replaceSubrange(name.lowerBound + 24..<name.lowerBound + 40, with: Data(count: 16))
        }
        Self.expectRefusal(path, space, naming: ["encrypted", "Windows Media DRM"])
    }

    @Test(
        "A transport stream is refused where its packets are scrambled, not where a few look so",
        arguments: [
            (188, 0x100, 1, "pictures"), (192, 0x100, 2, "pictures"), (188, 0x101, 1, "sound"),
            (188, 0x100, 40, ""),
        ])
    func scrambledTransport(size: Int, pid: Int, every: Int, track: String) throws {
        let space = try Workspace()
        // PIDs 0x100 and 0x101; in M2TS ffmpeg puts them at 0x1011 and 0x1100.
        let mode = size == 192 ? "-mpegts_m2ts_mode 1" : ""
        let path = try space.clip("film.ts", "\(Self.source) -f mpegts \(mode)")
        let wanted = size == 192 ? 0x1011 : pid
        try space.patch("film.ts") { data in
            var number = 0
            for packet in stride(from: size - 188, to: data.count - 187, by: size) {
                let pid = Int(data[packet + 1] & 0x1F) << 8 | Int(data[packet + 2])
                guard pid == wanted else { continue }
                number += 1
                if number % every == 0 { data[packet + 3] |= 0x80 }
            }
            try #require(number > 40)
        }
        if track.isEmpty {
            #expect(throws: Never.self) { try Probe.examine(path) }
        } else {
            Self.expectRefusal(path, space, naming: [track, "encrypted", "scrambled"])
        }
    }

    @Test("The pictures of a DVD are refused where their packets are scrambled", arguments: [true, false])
    func scrambledProgram(isScrambled: Bool) throws {
        let space = try Workspace()
        let path = try space.clip(
            "film.vob",
            "-f lavfi -i testsrc2=s=160x120:r=25:d=2 -f lavfi -i sine=d=2 -c:v mpeg2video -c:a ac3 -f vob")
        try space.patch("film.vob") { data in
            for place in 0..<data.count - 8
            where data[place] == 0 && data[place + 1] == 0 && data[place + 2] == 1 && data[place + 3] == 0xE0
            {
                if isScrambled && data[place + 6] & 0xC0 == 0x80 { data[place + 6] |= 0x10 }
            }
        }
        if isScrambled {
            Self.expectRefusal(path, space, naming: ["pictures", "encrypted", "scrambled"])
        } else {
            #expect(throws: Never.self) { try Probe.examine(path) }
        }
    }

    @Test(
        "Streams that share a start code of a program are told by it, and a PID is never taken for one",
        arguments: [
            (0xFD, 0xFD55, true), (0xBD, 0x80, true), (0xE0, 0x1E0, true), (0xFD, 0x1E0, false),
            (0xE0, 0xFD55, false), (0xC0, 0x80, false),
        ])
    func sharedStartCodes(code: UInt8, id: Int, isFound: Bool) throws {
        let space = try Workspace()
        let head: [UInt8] = [0, 0, 1, code, 0, 20, 0x90] + [UInt8](repeating: 0x55, count: 19)
        let bytes = [[UInt8]](repeating: head, count: 50).flatMap(\.self)
        try Data(bytes).write(to: space.file("film.vob"))
        let input = try FileInput(path: space.file("film.vob").path, cancellation: nil)
        let scheme = ScrambledPackets(program: input).scheme(of: id)
        #expect(scheme == (isFound ? "scrambled packets" : nil))
    }

    @Test("A low PID of which nothing was seen is not judged by another one")
    func unseenPID() throws {
        let space = try Workspace()
        let packet: [UInt8] = [0x47, 0x01, 0xBD, 0x90] + [UInt8](repeating: 0x55, count: 184)
        try Data([[UInt8]](repeating: packet, count: 50).flatMap(\.self)).write(to: space.file("film.ts"))
        let input = try FileInput(path: space.file("film.ts").path, cancellation: nil)
        let packets = ScrambledPackets(transport: input)
        #expect(packets.scheme(of: 0x1BD) != nil && packets.scheme(of: 0x50) == nil)
    }

    @Test(
        "An FLV whose tags are encrypted is refused by that name",
        arguments: [
            ("libx264 -preset ultrafast", 9, "pictures"), ("flv1", 9, "pictures"),
            ("libx264 -preset ultrafast", 8, "sound"), ("flv1", 18, "pictures"),
            ("libx264 -preset ultrafast", 0, ""),
        ] as [(String, UInt8, String)])
    func filteredTags(codec: String, type: UInt8, track: String) throws {
        let space = try Workspace()
        let made = Self.source.replacingOccurrences(of: "libx264 -preset ultrafast", with: codec)
        let path = try space.clip("film.flv", "\(made) -ar 44100")
        try space.patch("film.flv") { data in
            let header = Data([2, 0, 10] + Array("onMetaData".utf8))
            if type == 18, let place = data.range(of: header)?.lowerBound {
                // A script of as many bytes that says another name.
                let size = Int(data[place - 9]) << 8 | Int(data[place - 8])
                var script = Data([2, 0, 17] + Array("|AdditionalHeader".utf8))
                script += Data(repeating: 5, count: size - script.count)
                data.replaceSubrange(place..<place + size, with: script)
            }
            var tag = 13
            while tag + 11 < data.count {
                if data[tag] == type, type < 18 { data[tag] |= 0x20 }
                tag += 15 + (Int(data[tag + 1]) << 16 | Int(data[tag + 2]) << 8 | Int(data[tag + 3]))
            }
        }
        if track.isEmpty {
            #expect(throws: Never.self) { try Probe.examine(path) }
        } else {
            Self.expectRefusal(path, space, naming: [track, "encrypted", "Adobe Access"])
        }
    }

    @Test("A few flipped bits make no FLV an encrypted one")
    func damagedTags() throws {
        let space = try Workspace()
        let path = try space.clip("film.flv", "\(Self.source) -ar 44100")
        try space.patch("film.flv") { data in
            var tag = 13
            var seen: Set<UInt8> = []
            while tag + 11 < data.count {
                // One of the pictures and one of the sound.
                if seen.insert(data[tag]).inserted { data[tag] |= 0x20 }
                tag += 15 + (Int(data[tag + 1]) << 16 | Int(data[tag + 2]) << 8 | Int(data[tag + 3]))
            }
            try #require(seen.isSuperset(of: [8, 9]))
        }
        #expect(throws: Never.self) { try Probe.examine(path) }
    }

    @Test("A WebM with an encryption key's number is refused, one with a tag of that name is not")
    func matroska() throws {
        let space = try Workspace()
        let make = "-f lavfi -i testsrc2=s=160x120:r=25:d=1 -pix_fmt yuv420p -c:v libx264 -preset ultrafast"
        let tagged = try space.clip("tagged.mkv", "\(make) -metadata:s:v enc_key_id=x")
        #expect(throws: Never.self) { try Probe.examine(tagged) }
        let path = try space.clip("film.mkv", make)
        try space.patch("film.mkv") { data in
            // TrackUID, FlagLacing and Language give way to ContentEncodings: one, of type 1, with a ContentEncKeyID.
            let number = try #require(data.range(of: Data([0x73, 0xC5, 0x88])))
            let encodings: [UInt8] = [
                0x6D, 0x80, 0x8E, 0x62, 0x40, 0x8B, 0x50, 0x33, 0x81, 0x01, 0x50, 0x35, 0x84, 0x47, 0xE2,
                0x81, 0xAA,
                0xEC, 0x82, 0, 0,
            ]
            data.replaceSubrange(
                number.lowerBound..<number.lowerBound + encodings.count, with: Data(encodings))
        }
        Self.expectRefusal(path, space, naming: ["pictures", "encrypted", "WebM"])
    }

    @Test(
        "An encrypted file that cannot even be opened is refused by its protection", arguments: [true, false])
    func unopened(isEncrypted: Bool) throws {
        let space = try Workspace()
        let path = try space.clip(
            "film.mp4", "\(Self.source) \(isEncrypted ? Self.key : "") -movflags faststart")
        try space.patch("film.mp4") { data in
            // An edit list, a sample table and a codec's headers that make no sense.
            let table = try #require(data.range(of: Data("avcC".utf8)))
            data.replaceSubrange(
                table.lowerBound - 4..<table.lowerBound, with: Data([0x7F, 0xFF, 0xFF, 0xFF]))
            let sizes = try #require(data.range(of: Data("stsz".utf8)))
            data.replaceSubrange(
                sizes.upperBound + 8..<sizes.upperBound + 12, with: Data([0x7F, 0xFF, 0xFF, 0xFF]))
        }
        let error = #expect(throws: MediaError.self) { try Probe.examine(path) }
        #expect(error?.kind == .unsupported)
        #expect(error?.message.contains("encrypted") == isEncrypted, "\(error?.message ?? "")")
    }

    @Test("A packet that says how it is encrypted ends a conversion that did not know")
    func encryptedPacket() throws {
        let space = try Workspace()
        let path = try space.clip("film.mp4", "\(Self.source) \(Self.key)")
        let demuxer = try Demuxer(path, limits: .default, cancellation: Cancellation())
        let error = #expect(throws: MediaError.self) { _ = try demuxer.read(into: try Packet()) }
        #expect(error?.kind == .unsupported && error?.message.contains("encrypted") == true)
    }
}
