import Callbacks
import Conversion
import Logging
import MediaProtocol
import Settings
import System

extension ConversionService {
    /// The conversions as the settings want them, `jobs` of them at once.
    init(_ settings: Settings, _ storage: Storage, jobs: Int, metrics: ProcessMetrics, log: Logger) {
        var options = ConversionOptions()
        options.segmentSeconds = Double(settings.segmentSeconds)
        options.preset = settings.x264Preset
        options.crf = settings.crf
        options.maxHeight = settings.maxHeight
        options.isStored = true
        options.ladder = settings.ladder
        self.init(
            database: storage.database, files: storage.files, media: storage.media, options: options,
            threads: ThreadShare(cores: Machine.cores, jobs: jobs),
            timeout: settings.conversionTimeout, metrics: metrics.conversions,
            pool: metrics.conversionThreads, clock: .system, log: log,
            wakeUp: storage.wakeUp,
            callbacks: CallbackComposer(
                defaultURL: settings.callbackURL, events: settings.callbackEvents),
            callbackWakeUp: storage.callbackWakeUp,
            keeping: Keeping(
                limit: settings.keepReplaced, maxTTL: settings.maxTTL, grantMargin: settings.grantMargin),
            minFreeBytes: settings.minFreeBytes)
    }
}
