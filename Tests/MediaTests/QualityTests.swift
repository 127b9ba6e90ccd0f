import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Quality and progress")
struct QualityTests {
    @Test("A re-encoded picture is as near to the source as ffmpeg's with the same settings")
    func quality() throws {
        let space = try Workspace()
        let path = try space.clip(
            "clip.mkv",
            "-f lavfi -i testsrc2=s=640x360:r=25:d=4 -vf noise=alls=10:allf=t -pix_fmt yuv420p -c:v ffv1")
        let lesson = try Lesson(path, in: space, options: ConversionOptions(segmentSeconds: 2))
        _ = try space.clip(
            "peer.ts",
            "-i clip.mkv -c:v libx264 -preset veryfast -crf 22 -profile:v high -pix_fmt yuv420p -g 50")
        let ours = try Self.compare("psnr", lesson.joined(), space.file("clip.mkv"))
        let peers = try Self.compare("psnr", space.file("peer.ts"), space.file("clip.mkv"))
        #expect(peers > 25 && ours >= peers - 0.3, "ours \(ours) dB, ffmpeg's \(peers) dB")
        let ourLikeness = try Self.compare("ssim", lesson.joined(), space.file("clip.mkv"))
        let peerLikeness = try Self.compare("ssim", space.file("peer.ts"), space.file("clip.mkv"))
        #expect(peerLikeness > 0.8 && ourLikeness >= peerLikeness - 0.003, "\(ourLikeness), \(peerLikeness)")
        let size = try Data(contentsOf: lesson.joined()).count
        let peerSize = try Data(contentsOf: space.file("peer.ts")).count
        #expect(Double(size) < Double(peerSize) * 1.1, "\(size) bytes, ffmpeg's \(peerSize)")
    }

    @Test("Progress begins near nothing, grows in small steps and ends near one")
    func progress() throws {
        let space = try Workspace()
        let path = try space.clip("clip.mkv", "-f lavfi -i testsrc2=s=320x240:r=25:d=40 -c:v mpeg4 -q:v 5")
        let shares = try Lesson(path, in: space).shares
        #expect(shares.count > 100)
        #expect((shares.first ?? 1) < 0.1 && (shares.last ?? 0) > 0.9)
        let steps = zip(shares, shares.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 >= 0 && $0 < 0.1 }, "largest \(steps.max() ?? 0)")
    }

    /// What libavfilter's `psnr` (dB) or `ssim` (1 for the same) says of two films of 25 pictures a second.
    private static func compare(_ filter: String, _ file: URL, _ source: URL) throws -> Double {
        let output = try Command.run([
            "ffmpeg", "-hide_banner", "-i", file.path, "-i", source.path, "-lavfi",
            "[0:v]settb=1/25,setpts=N[a];[1:v]settb=1/25,setpts=N[b];[a][b]\(filter)", "-f", "null", "-",
        ]).standardError
        let name = filter == "psnr" ? "average:" : "All:"
        let line = output.split(separator: "\n").last { $0.contains(filter.uppercased()) } ?? ""
        let word = line.split(separator: " ").first { $0.hasPrefix(name) }
        return try #require(word.flatMap { Double($0.dropFirst(name.count)) })
    }
}
