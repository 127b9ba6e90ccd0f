import Formats
import Glibc
import MediaProtocol
import Runtime

/// `focust-media`: carries out one order about one file, far from keys and viewers. Started by focust-video alone, with
/// the order on standard input and its replies on standard output (MediaProtocol).
@main
enum FocustMedia {
    static func main() {
        guard CommandLine.arguments.count == 2, let parent = pid_t(CommandLine.arguments[1]) else {
            complain("focust-media is started by focust-video, and of no use by itself.")
            exit(EX_USAGE)
        }
        // Whoever asked decides when it ends: a service manager's SIGTERM goes to all processes of a service.
        signal(SIGTERM, SIG_IGN)
        do {
            try ProcessLimits.endWithParent(parent)
            guard let order = readOrder() else {
                complain("the order makes no sense")
                exit(EX_PROTOCOL)
            }
            exit(Execution(order: order, reply: ReplyWriter()).run())
        } catch {
            complain("\(error)")
            exit(EX_OSERR)
        }
    }

    private static func readOrder() -> MediaOrder? {
        var buffer = LineBuffer(maxBytes: MediaOrder.maxBytes)
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = read(STDIN_FILENO, &piece, piece.count), count > 0 {
            guard let lines = buffer.lines(adding: piece[..<count]) else { return nil }
            if let line = lines.first { return (try? JSONValue.parse(line)).flatMap(MediaOrder.init) }
        }
        return nil
    }

    private static func complain(_ line: String) {
        let bytes = Array("focust-media: \(line)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
