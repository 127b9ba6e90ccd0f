import Formats
import Glibc

/// One request and its answer on a FastCGI connection; owned by the thread that took it.
///
/// One exchange serves one request after the other, so that its buffer is made once.
final class Exchange: HTTPBody {
    /// Milliseconds that a new connection has for its first bytes before it has to wait without a thread: nginx connects
    /// and sends in two calls, between which a thread here may come.
    private static let firstPause: Int32 = 5

    private var connection: Int32 = -1
    private var head = RequestHead()
    /// The body, and how far the handler has read it; nil where it is known to be empty.
    private var body: RequestBody?

    deinit { finish() }

    /// Takes over a connection, of whose request `head` has come, if anything has, and reads on.
    ///
    /// Unless all of it has come, the caller must `giveBack` or `finish`.
    func take(_ connection: Int32, _ head: RequestHead? = nil) -> RequestHead.Progress {
        self.connection = connection
        body = nil
        if let head {
            self.head = head
            return self.head.receive(from: connection)
        }
        self.head.reset()
        let progress = self.head.receive(from: connection)
        guard progress == .incomplete else { return progress }
        var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, Self.firstPause) == 1 ? self.head.receive(from: connection) : .incomplete
    }

    /// The connection and what of its request has come, the caller's from now on.
    func giveBack() -> (Int32, RequestHead) {
        defer {
            connection = -1
            head = RequestHead()
        }
        return (connection, head)
    }

    /// The request in hand; nil where its parameters make no sense.
    func request() -> HTTPRequest? {
        guard let request = head.parsed() else { return nil }
        if !hasEnded { body = RequestBody(of: head.request, on: connection, ahead: head.ahead) }
        return request
    }

    /// Whether the end of no body has come with the parameters, as it does with most requests.
    private var hasEnded: Bool {
        let header = RecordHeader(parsing: head.ahead)
        return header?.kind == .input && header?.request == head.request && header?.content == 0
            && header?.padding == 0
    }

    func read(into buffer: inout [UInt8], atMost limit: Int) -> Int {
        body?.read(into: &buffer, atMost: limit) ?? 0
    }

    func readSome(into buffer: inout [UInt8], waitingAtMost milliseconds: Int32) -> Int? {
        guard body != nil else { return 0 }
        return body?.readSome(into: &buffer, waitingAtMost: milliseconds)
    }

    var isBroken: Bool { body?.isBroken ?? false }

    /// Sends the answer, and closes the connection or, where the body has not come to its end, leaves it to `drain`.
    func answer(_ response: HTTPResponse, leavingBodyTo drain: BodyDrain) {
        AnswerRecords.send(response, to: head.request, on: connection)
        if let body, !body.isOver {
            drain.add(connection)
            connection = -1
        }
        finish()
    }

    /// Closes the connection. Where nothing of the body is still to come that is safe, and holds no thread until nginx has
    /// closed.
    func finish() {
        // It shares the head's buffer.
        body = nil
        guard connection >= 0 else { return }
        close(connection)
        connection = -1
    }
}
