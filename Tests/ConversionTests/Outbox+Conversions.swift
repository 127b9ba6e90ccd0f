import Callbacks
import Domain
import Files
import Foundation
import Logging
import MediaClient
import MediaProtocol
import Metrics
import System
import TestOutbox
import Testing

@testable import Conversion

extension Outbox {
    func conversions(
        _ files: DataDirectory, minFreeBytes: ByteCount = ByteCount(0),
        renditionMaker: (any RenditionMaker)? = nil
    ) throws -> ConversionService {
        var registry = MetricsRegistry()
        return ConversionService(
            database: database, files: files,
            media: try #require(MediaProgram.beside(CommandLine.arguments[0])),
            options: ConversionOptions(ladder: .standard),
            threads: ThreadShare(cores: 2, jobs: 1), timeout: nil,
            metrics: ConversionMetrics(&registry), pool: PoolMetrics("conversion"), clock: time.clock,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            wakeUp: try wakeFile("wake"), callbacks: CallbackComposer(defaultURL: nil),
            callbackWakeUp: try wakeFile("wake-callbacks"),
            keeping: Keeping(limit: 600, maxTTL: 0, grantMargin: 0), minFreeBytes: minFreeBytes,
            renditionMaker: renditionMaker)
    }
}
