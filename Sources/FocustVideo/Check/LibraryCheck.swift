import Crypto
import Database
import Media

/// The libraries found at run time, and the codecs in them.
struct LibraryCheck {
    func findings() -> [Finding] {
        let versions = MediaLibraries.versions + [OpenSSLLibrary.version, SQLiteLibrary.version]
        return [Finding(.good, "libraries", versions.joined(separator: ", "))]
            + ["libx264", "aac"].map { name in
                MediaLibraries.hasEncoder(name)
                    ? Finding(.good, name, "is there")
                    : Finding(
                        .problem, name, "this FFmpeg cannot encode with it",
                        advice: "Install Debian's libavcodec, built with libx264.")
            }
    }
}
