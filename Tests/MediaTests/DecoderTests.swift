import CLibAV
import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Which decoders an upload may reach")
struct DecoderTests {
    @Test(
        "What trainers have is decoded, sound too",
        arguments: [
            ("cineform.mov", "-pix_fmt yuv422p10le -c:v cfhd -c:a pcm_s16le"),
            ("magicyuv.avi", "-c:v magicyuv -c:a pcm_s16le"),
            ("jpeg2000.mov", "-c:v jpeg2000 -c:a pcm_s16le"),
            ("video1.avi", "-c:v msvideo1 -c:a pcm_s16le"),
            ("cirrus.avi", "-pix_fmt yuv411p -c:v cljr -c:a pcm_s24le"),
            ("asus.avi", "-c:v asv1 -c:a adpcm_yamaha"),
            ("speed.avi", "-pix_fmt yuv420p -c:v speedhq -c:a pcm_u8"),
            ("r210.mov", "-c:v r210 -c:a pcm_s16be"),
            ("tta.mkv", "-c:v mpeg4 -c:a tta"),
            ("wavpack.mkv", "-c:v mpeg4 -c:a wavpack"),
            ("302m.ts", "-c:v mpeg2video -ac 2 -c:a s302m -strict -2"),
            ("g726.avi", "-c:v mpeg4 -ac 1 -ar 8000 -c:a g726"),
        ])
    func decodes(name: String, codecs: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name, "-f lavfi -i testsrc2=s=160x128:r=25:d=1 -f lavfi -i sine=r=48000:d=1 \(codecs)")
        let lesson = try Lesson(path, in: space)
        try lesson.expectRules()
        #expect(lesson.result.audioCodec != nil, "\(lesson.result.plan)")
    }

    @Test(
        "What does more than decoding, or what no film is made in, stays shut",
        arguments: [
            ("wrapped_avframe", "memory"), ("ansi", "text"), ("idf", "text"), ("imm5", "inside"),
            ("avrn", "inside"), ("tdsc", "inside"), ("avs", "game"), ("kgv1", "emulator"),
            ("psd", "single pictures"), ("webp", "single pictures"), ("smackvid", "game"),
            ("binkvideo", "game"),
            ("adpcm_ea", "game"), ("sonic", "experimental"), ("h264_v4l2m2m", "hardware"),
            ("librsvg", "library"),
            ("libvpx", "library"), ("srt", "neither"),
        ])
    func excludes(name: String, reason: String) throws {
        // What this libavcodec was built without is excluded well enough.
        guard let decoder = avcodec_find_decoder_by_name(name) else { return }
        #expect(AcceptedDecoders.exclusion(of: decoder)?.contains(reason) == true)
        #expect(!AcceptedDecoders.names.split(separator: ",").contains(Substring(name)))
    }

    @Test(
        "What was always accepted still is",
        arguments: [
            "h264", "hevc", "vp8", "vp9", "libdav1d", "mpeg2video", "mpeg4", "wmv3", "vc1", "mjpeg", "prores",
            "dnxhd", "png",
            "aac", "mp3float", "ac3", "opus", "vorbis", "flac", "alac", "wmapro", "pcm_s16le", "rv40", "cook",
        ])
    func accepts(name: String) throws {
        let decoder = try #require(avcodec_find_decoder_by_name(name))
        #expect(AcceptedDecoders.allows(decoder))
    }

    @Test("A codec whose first decoder is excluded gets the next one")
    func nextDecoder() throws {
        let decoder = try #require(AcceptedDecoders.decoder(for: AV_CODEC_ID_AV1))
        #expect(AcceptedDecoders.allows(decoder))
        #expect(AcceptedDecoders.decoder(for: AV_CODEC_ID_ANSI) == nil)
    }
}
