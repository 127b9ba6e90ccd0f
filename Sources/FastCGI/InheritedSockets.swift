import CLinux
import Glibc

/// Listening sockets that the service manager opened before this process began (sd_listen_fds(3)): it keeps them during
/// a restart, so that no connection is refused.
package struct InheritedSockets: Sendable {
    /// SD_LISTEN_FDS_START of sd-daemon.h.
    private static let firstDescriptor: Int32 = 3

    private let sockets: [(name: String, descriptor: Int32)]

    /// The sockets with their names (`FileDescriptorName=` of systemd.socket(5)); none unless they are meant for this
    /// process.
    package init(environment: [String: String], processID: Int32 = getpid()) {
        guard environment["LISTEN_PID"] == "\(processID)", let text = environment["LISTEN_FDS"],
            let count = Int32(text), (1...16).contains(count)
        else {
            sockets = []
            return
        }
        let names = (environment["LISTEN_FDNAMES"] ?? "").split(
            separator: ":", omittingEmptySubsequences: false)
        var sockets: [(name: String, descriptor: Int32)] = []
        for (index, descriptor) in (Self.firstDescriptor..<Self.firstDescriptor + count).enumerated() {
            // Not for a child of ours.
            _ = focust_set_close_on_exec(descriptor)
            sockets.append((index < names.count ? String(names[index]) : "", descriptor))
        }
        self.sockets = sockets
    }

    /// The socket of that name, else the one that is bound to the path `address`: a socket unit has one name for all of
    /// its sockets. Nil where there is none.
    package func descriptor(_ name: String, at address: String) -> Int32? {
        (sockets.first { $0.name == name } ?? sockets.first { SocketName(of: $0.descriptor)?.path == address })?
            .descriptor
    }
}
