import Foundation
import MediaProtocol
import Testing

@testable import Media

@Suite("Interrupted reading")
struct InterruptedTests {
    @Test(
        "A stop is never taken for a fault of the file, whatever the moment",
        arguments: ["clip.mp4", "clip.ts"])
    func isNobodysFault(name: String) throws {
        let space = try Workspace()
        let path = try space.clip(
            name, "-f lavfi -i testsrc2=s=160x120:r=25:d=2 -pix_fmt yuv420p -c:v libx264 -g 25")
        var interrupted = 0
        for hundredth in 0..<200 {
            do throws(MediaError) {
                let cancellation = Cancellation(deadline: .microseconds(hundredth * 100))
                let demuxer = try Demuxer(path, limits: .default, cancellation: cancellation)
                #expect(try Probe.examine(demuxer, limits: .default).video?.width == 160)
                let packet = try Packet()
                var count = 0
                while try demuxer.read(into: packet) { count += 1 }
                #expect(count == 50)
            } catch {
                #expect(error.kind == .deadline, "\(error)")
                interrupted += 1
            }
        }
        #expect(interrupted > 0)
    }
}
