import Formats
import Glibc
import MediaProtocol
import System

/// `focust-media`: carries out one order about one file, far from keys and viewers. Started by focust-video alone, with
/// the order on standard input and its replies on standard output (MediaProtocol).
@main
enum FocustMedia {
    static func main() {
        guard CommandLine.arguments.count == 2, let parent = pid_t(CommandLine.arguments[1]) else {
            complain("focust-media is started by focust-video, and of no use by itself.")
            exit(EX_USAGE)
        }
        // Swift's runtime would start a program that tells where this one crashed. No process may be started here, and a
        // signal from outside would then be swallowed.
        for crash in [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV] { signal(crash, SIG_DFL) }
        // Whoever asked decides when it ends: a service manager's SIGTERM goes to all processes of a service.
        signal(SIGTERM, SIG_IGN)
        do {
            try ProcessLimits.endWithParent(parent)
            guard let json = readOrder() else {
                complain("the order makes no sense")
                exit(EX_PROTOCOL)
            }
            exit(carryOut(json, reply: ReplyWriter()))
        } catch {
            complain("\(error)")
            exit(EX_OSERR)
        }
    }

    /// The exit code. An order of another version is nobody's fault, and passes: the film must not be blamed.
    private static func carryOut(_ json: JSONValue, reply: ReplyWriter) -> Int32 {
        guard MediaOrder.isOfThisVersion(json) else {
            let message = "The converter is of another version than the server, which has to be restarted."
            reply.send(.failed(MediaError(.resource, message, operation: "order")))
            return EXIT_FAILURE
        }
        guard let order = MediaOrder(json) else {
            complain("the order makes no sense")
            return EX_PROTOCOL
        }
        return Execution(order: order, reply: reply).run()
    }

    private static func readOrder() -> JSONValue? {
        var buffer = LineBuffer(maxBytes: MediaOrder.maxBytes)
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = read(STDIN_FILENO, &piece, piece.count), count > 0 {
            guard let lines = buffer.lines(adding: piece[..<count]) else { return nil }
            if let line = lines.first { return try? JSONValue.parse(line) }
        }
        return nil
    }

    private static func complain(_ line: String) {
        let bytes = Array("focust-media: \(line)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}
