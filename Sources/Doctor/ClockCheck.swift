import Glibc
import Settings
import System

/// The clock: a token is good from and to a time, and a wrong one refuses everybody or nobody.
struct ClockCheck {
    /// Seconds; when this was written, 2026-11-01. No earlier time is now.
    private static let written = 1_793_491_200
    /// Seconds that a file's time may lie ahead.
    private static let tolerance = 120

    let settings: Settings

    func findings() -> [Finding] {
        let now = time(nil)
        guard now >= Self.written else {
            return [
                Finding(
                    .problem, "clock",
                    "is in the past, at \(now) seconds since 1970: tokens would not expire",
                    advice: "Set the time, and let it be kept: timedatectl set-ntp true.")
            ]
        }
        var status = stat()
        let database = "\(settings.dataDirectory)/state/focust.db"
        if stat(database, &status) == 0, status.st_mtim.tv_sec > now + Self.tolerance {
            return [
                Finding(
                    .problem, "clock",
                    "\(database) was written \(status.st_mtim.tv_sec - now) s ahead of now: one of the two times is wrong",
                    advice: "Set the time, and let it be kept: timedatectl set-ntp true.")
            ]
        }
        return !SystemClock.isKeptRight
            ? [
                Finding(
                    .warning, "clock", "is not kept right by anybody",
                    advice: "Let it be: timedatectl set-ntp true, or chrony.")
            ] : [Finding(.good, "clock", "is kept right")]
    }
}
