import Formats
import Glibc

/// One request and its answer on a FastCGI connection; owned by the thread that took it.
///
/// The same one serves one request after the other, so that its buffer is made once.
final class Exchange: HTTPBody {
    /// Bytes read at a time when a body nobody wanted is thrown away.
    private static let drainLength = 64 << 10

    /// How long a body that nginx hands on as it comes is read past after a refusal, and how long a pause of it ends
    /// that, in milliseconds. What nginx has taken whole comes at once, or never.
    private static let drainTime = Duration.seconds(2)
    private static let drainPause: Int32 = 500
    private static let wholeBodyPause: Int32 = 10_000

    /// Milliseconds that a new connection has for its first bytes before it has to wait without a thread: nginx connects
    /// and sends in two calls, between which a thread here may come.
    private static let firstPause: Int32 = 5

    private var connection: Int32 = -1
    private var head = RequestHead()
    /// Whether the body of the request in hand comes as the client sends it.
    private var isUnbuffered = false
    /// The body as far as anybody has read it; nil where it is known to be empty.
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
        // nginx's word, and not the client's: what it says of itself may be left out.
        isUnbuffered = request.isUnbuffered
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

    /// Sends the answer and closes the connection.
    ///
    /// What is left of the body is read first: nginx is still sending it, and answers 502 if we close on it.
    func answer(_ response: HTTPResponse) {
        drain()
        AnswerRecords.send(response, to: head.request, on: connection)
        finish()
    }

    private func drain() {
        guard body != nil else { return }
        var buffer = [UInt8](repeating: 0, count: Self.drainLength)
        // What nginx has taken whole comes at once. What it hands on as it comes may take hours: then the client learns
        // the answer first, and is cut off.
        let end = ContinuousClock.now.advanced(by: Self.drainTime)
        let pause = isUnbuffered ? Self.drainPause : Self.wholeBodyPause
        while let count = readSome(into: &buffer, waitingAtMost: pause), count > 0 {
            guard !isUnbuffered || ContinuousClock.now < end else { return }
        }
    }

    /// Closes the connection. Once the body is drained that is safe, and holds no thread until nginx has closed.
    func finish() {
        // It shares the head's buffer.
        body = nil
        guard connection >= 0 else { return }
        close(connection)
        connection = -1
    }
}
