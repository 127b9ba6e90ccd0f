import Glibc
import Settings

/// Whether the user who runs the check may read what the settings name. If not, what seems to be missing is all there,
/// perhaps.
package struct RightsCheck {
    package init() {}

    package func finding() -> Finding? {
        guard geteuid() != 0, let path = SettingsSource.forbiddenPath() else { return nil }
        return Finding(
            .problem, path,
            "may not be read by \(Account.name(of: geteuid())), so that nothing can be judged",
            advice: "Run this as root: sudo focust-video check")
    }
}
