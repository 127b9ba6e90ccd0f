import Foundation
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
        let ours = try Self.psnr(lesson.joined(), space.file("clip.mkv"))
        let peers = try Self.psnr(space.file("peer.ts"), space.file("clip.mkv"))
        #expect(peers > 25 && ours >= peers - 0.3, "ours \(ours) dB, ffmpeg's \(peers) dB")
        let size = try Data(contentsOf: lesson.joined()).count
        let peerSize = try Data(contentsOf: space.file("peer.ts")).count
        #expect(Double(size) < Double(peerSize) * 1.1, "\(size) bytes, ffmpeg's \(peerSize)")
    }

    @Test(
        "Progress grows in small steps and ends near one",
        arguments: ["-c:v mpeg4 -q:v 5", "-c:v libx264 -preset ultrafast -g 50"])
    func progress(codec: String) throws {
        let space = try Workspace()
        let path = try space.clip("clip.mkv", "-f lavfi -i testsrc2=s=160x120:r=25:d=40 -pix_fmt yuv420p \(codec)")
        let shares = try Lesson(path, in: space).shares
        #expect(shares.count > 100)
        #expect((shares.first ?? 1) < 0.05 && (shares.last ?? 0) > 0.9)
        let steps = zip(shares, shares.dropFirst()).map { $1 - $0 }
        #expect(steps.allSatisfy { $0 >= 0 && $0 < 0.1 }, "largest \(steps.max() ?? 0)")
    }

    private static func psnr(_ file: URL, _ source: URL) throws -> Double {
        let output = try Command.run([
            "ffmpeg", "-hide_banner", "-i", file.path, "-i", source.path, "-lavfi",
            "[0:v]settb=1/25,setpts=N[a];[1:v]settb=1/25,setpts=N[b];[a][b]psnr", "-f", "null", "-",
        ]).standardError
        let line = output.split(separator: "\n").last { $0.contains("PSNR") } ?? ""
        let average = line.split(separator: " ").first { $0.hasPrefix("average:") }
        return try #require(average.flatMap { Double($0.dropFirst(8)) })
    }
}
