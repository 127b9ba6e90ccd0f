import CFastCGI
import Formats
import Glibc

/// One request and its answer on a FastCGI connection; owned by the thread that accepted it.
///
/// The same libfcgi structure serves one request after the other, as FCGX_Accept_r expects.
final class Exchange: HTTPBody {
    /// Bytes read at a time when a body nobody wanted is thrown away.
    private static let drainLength = 64 << 10

    /// Bytes that libfcgi writes at a time (fcgiapp.c: a stream's buffer).
    private static let bufferLength = 8 << 10

    /// How long a body that nginx hands on as it comes is read past after a refusal, and how long a pause of it ends
    /// that, in milliseconds.
    private static let drainTime = Duration.seconds(2)
    private static let drainPause: Int32 = 500

    private var request = FCGX_Request()
    /// Whether the body of the request in hand comes as the client sends it.
    private var isUnbuffered = false
    /// Whether the request in hand has one at all.
    private var hasBody = false
    /// The body as far as anybody has read it; nil where nobody has, and where libfcgi has to be left to it.
    private var body: RequestBody?

    init(listener: Int32) {
        FCGX_InitRequest(&request, listener, 0)
    }

    deinit {
        if request.ipcFd >= 0 { finish() }
    }

    /// Takes the next connection and reads its request up to the body.
    ///
    /// Answers nil with a request in hand, or else errno: EAGAIN where nobody is waiting.
    func accept() -> Int32? {
        body = nil
        let code = FCGX_Accept_r(&request)
        return code == 0 ? nil : -code
    }

    /// The request in hand; nil where libfcgi gave no parameters.
    func head() -> HTTPRequest? {
        let head = Parameters.request(request.envp)
        // nginx's word, and not the client's: what it says of itself may be left out.
        isUnbuffered = head?.isUnbuffered ?? false
        hasBody = isUnbuffered || head?.contentLength.map { $0 > 0 } ?? false
        return head
    }

    func read(into buffer: inout [UInt8], atMost limit: Int) -> Int {
        takeBody()
        return body?.read(into: &buffer, atMost: limit) ?? take(limit, into: &buffer, at: 0)
    }

    func readSome(into buffer: inout [UInt8], waitingAtMost milliseconds: Int32) -> Int? {
        takeBody()
        if body != nil { return body?.readSome(into: &buffer, waitingAtMost: milliseconds) }
        // Where libfcgi does not say what it has read ahead, its own waiting is right, only longer.
        let first = take(1, into: &buffer, at: 0)
        let ready = min(request.in.pointee.stop - request.in.pointee.rdNext, buffer.count - first)
        return first + take(ready, into: &buffer, at: first)
    }

    /// Goes on reading without libfcgi.
    private func takeBody() {
        if body == nil { body = RequestBody(of: request) }
    }

    private func take(_ count: Int, into buffer: inout [UInt8], at offset: Int) -> Int {
        let taken = buffer.withUnsafeMutableBytes { bytes in
            FCGX_GetStr(
                bytes.baseAddress?.advanced(by: offset).assumingMemoryBound(to: CChar.self),
                Int32(clamping: count), request.in)
        }
        return max(0, Int(taken))
    }

    var isBroken: Bool { body?.isBroken ?? (FCGX_GetError(request.in) != 0) }

    /// Sends the answer and gives the connection back.
    ///
    /// What is left of the body is read first: nginx is still sending it, and answers 502 if we close on it.
    func answer(_ response: HTTPResponse) {
        drain()
        put(response.serializedHead())
        if response.body.count > Self.bufferLength {
            FCGX_FFlush(request.out)
            BodyRecords.send(response.body, of: request)
        } else {
            put(response.body)
        }
        finish()
    }

    private func drain() {
        // Once read by us, libfcgi does not know where the stream stands, and would wait for what has come.
        guard hasBody || body != nil else { return drainStream() }
        var buffer = [UInt8](repeating: 0, count: Self.drainLength)
        // What nginx has taken whole comes at once. What it hands on as it comes may take hours: then the client learns
        // the answer first, and is cut off.
        let end = ContinuousClock.now.advanced(by: Self.drainTime)
        let pause = isUnbuffered ? Self.drainPause : -1
        while let count = readSome(into: &buffer, waitingAtMost: pause), count > 0 {
            guard !isUnbuffered || ContinuousClock.now < end else { return }
        }
    }

    /// What comes with every request: the end of no body, which libfcgi has read ahead. On the stack, because for each
    /// of them.
    private func drainStream() {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Self.bufferLength) { buffer in
            while FCGX_GetStr(buffer.baseAddress, Int32(buffer.count), request.in) > 0 {}
        }
    }

    private func put(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bytes in
            let characters = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
            // A client that went away is nginx's business; there is nobody left to tell.
            _ = FCGX_PutStr(characters, Int32(clamping: bytes.count), request.out)
        }
    }

    /// libfcgi ends a connection with shutdown, a poll of up to 2 s, reads until nginx closes, and close: the
    /// thread is held all that time. A detached one is only closed, which is safe once the body is drained.
    private func finish() {
        // Nor where it ends: nothing behind a body that broke off may be taken for a request.
        if body != nil { request.keepConnection = 0 }
        FCGX_Detach(&request)
        FCGX_Finish_r(&request)
    }
}
