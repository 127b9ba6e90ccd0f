import Foundation
import Glibc
import Testing

@testable import System

/// Each test shuts in a thread of its own: that is what Landlock confines, and there is no way back for it.
@Suite(.enabled(if: Confinement.isSupported, "this kernel has no Landlock")) struct ConfinementTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        for name in ["source", "output"] {
            try FileManager.default.createDirectory(
                at: folder.appending(path: name), withIntermediateDirectories: true)
            try Data("secret".utf8).write(to: folder.appending(path: "\(name)/old"))
        }
    }

    private func path(_ name: String) -> String { folder.appending(path: name).path }

    /// The errno of each step, 0 where it went well, of a thread that is confined as a conversion is.
    private func confined(_ steps: @escaping @Sendable () -> [Int32]) throws -> [Int32] {
        let results = Results()
        let openings: [Confinement.Opening] = [.reading(path("source/old")), .writing(path("output"))]
        let thread = try System.Thread(name: "confined") {
            guard case .enforced? = try? Confinement.enforce(openings) else { return }
            results.values = steps()
        }
        thread.join()
        return results.values
    }

    @Test func `What it names can be read and written`() throws {
        let (source, output) = (path("source/old"), path("output/new"))
        let errors = try confined {
            [
                Self.open(source, O_RDONLY), Self.open(output, O_RDWR | O_CREAT),
                unlink(output) == 0 ? 0 : errno,
            ]
        }
        #expect(errors == [0, 0, 0])
    }

    @Test func `Nothing else can`() throws {
        let (source, beside) = (path("source/old"), path("source/new"))
        let errors = try confined {
            [
                Self.open("/etc/passwd", O_RDONLY), Self.open(source, O_RDWR),
                Self.open(beside, O_RDWR | O_CREAT),
                mkdir("\(beside)-directory", 0o700) == 0 ? 0 : errno,
                Self.open("/proc/self/environ", O_RDONLY),
            ]
        }
        #expect(errors == [EACCES, EACCES, EACCES, EACCES, EACCES])
        // The other threads are as free as before.
        #expect(Self.open("/etc/passwd", O_RDONLY) == 0)
    }

    @Test(.enabled(if: Confinement.version >= 4, "this kernel's Landlock knows no network"))
    func `No TCP connection can be made`() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            guard let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return }
            bind(listener, pointer, length)
            getsockname(listener, pointer, &length)
        }
        #expect(listen(listener, 1) == 0)
        let target = address
        #expect(try confined { [Self.connect(target)] } == [EACCES])
        #expect(Self.connect(target) == 0)
    }

    private static func open(_ path: String, _ flags: Int32) -> Int32 {
        let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return errno }
        close(descriptor)
        return 0
    }

    private static func connect(_ address: sockaddr_in) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address
        let result = withUnsafeBytes(of: &address) { bytes in
            bytes.baseAddress.map {
                Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
            }
        }
        return result == 0 ? 0 : errno
    }

    /// Written by one thread, and read when it has ended.
    private final class Results: @unchecked Sendable {
        var values: [Int32] = []
    }
}
