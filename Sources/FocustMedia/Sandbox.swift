import Domain
import Media
import MediaProtocol
import System

/// What each order leaves this process: the one file it looks into, where it writes, and libraries.
enum Sandbox {
    /// Private memory of a conversion. One of 4K HEVC with 10 bits takes 0.6 GB, one of 8K about four times that.
    private static let maxMemory = ByteCount(4 << 30)
    /// Of a look into a file: a few pictures, and as many looks at once as there are uploads.
    private static let probeMemory = ByteCount(1 << 30)
    /// Source, segments, libraries while they are loaded.
    private static let maxFiles = 64
    /// What may be loaded late: libavfilter and what it links, and the loader's own files.
    private static let libraries: [Confinement.Opening] =
        ["/usr/lib", "/lib", "/lib64", "/usr/local/lib"].map { .executing($0) } + [
            .reading("/etc/ld.so.cache")
        ]

    /// Shuts this process in; before anything else of it looks at the file.
    static func enter(for order: MediaOrder) throws(SystemError) {
        try ProcessLimits.apply(
            memory: memory(order), files: maxFiles, fileSize: ByteCount(MediaLimits.default.maxOutputBytes))
        _ = try Confinement.enforce(libraries + openings(order))
        _ = try SystemCallFilter.enforce()
    }

    private static func memory(_ order: MediaOrder) -> ByteCount {
        switch order {
        case .convert, .renditions, .plan: maxMemory
        case .probe, .present, .describe: probeMemory
        }
    }

    private static func openings(_ order: MediaOrder) -> [Confinement.Opening] {
        switch order {
        case .probe(let source), .plan(let source, _): [.reading(source)]
        case .convert(let source, let directory, _, _): [.reading(source), .writing(directory)]
        case .renditions(let order):
            order.source.openings + [.reading(order.lesson), .writing(order.directory)]
        case .present(let source, let output, let poster):
            [.reading(source), .writingFile(output), .writingFile(poster)]
        case .describe: []
        }
    }
}

extension RenditionsOrder.Source {
    fileprivate var openings: [Confinement.Opening] {
        switch self {
        case .file(let path): [.reading(path)]
        case .segments: []
        }
    }
}
