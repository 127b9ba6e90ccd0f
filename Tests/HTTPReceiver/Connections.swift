import Glibc
import Synchronization
import System

/// The listening socket and the connections of an `HTTPReceiver`, each with a thread.
final class Connections: Sendable {
    let port: UInt16
    let stop: StopSignal
    let arrival: WakeUp
    private let listener: Int32
    private let answer: @Sendable (ReceivedRequest, Int) -> HTTPReply
    private let requests = Mutex<[ReceivedRequest]>([])
    private let threads = Mutex<[System.Thread]>([])

    init(port: UInt16, answer: @escaping @Sendable (ReceivedRequest, Int) -> HTTPReply) throws {
        stop = try StopSignal()
        arrival = try WakeUp()
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            guard let raw = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return bind(listener, raw, length) == 0 && listen(listener, 64) == 0
                && getsockname(listener, raw, &length) == 0
        }
        guard isListening else { throw SystemError.last("listen") }
        self.port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(listener) }

    var received: [ReceivedRequest] { requests.withLock { $0 } }
    var count: Int { threads.withLock { $0.count } }

    func accept() {
        while isReady(listener) {
            let descriptor = Glibc.accept(listener, nil, nil)
            guard descriptor >= 0 else { continue }
            let thread = try? System.Thread(name: "connection") {
                self.serve(descriptor)
                close(descriptor)
            }
            if let thread { threads.withLock { $0.append(thread) } } else { close(descriptor) }
        }
    }

    func joinAll() {
        for thread in threads.withLock({ $0 }) { thread.join() }
    }

    private func serve(_ descriptor: Int32) {
        guard let request = read(descriptor) else { return }
        let index = requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        arrival.signal()
        switch answer(request, index) {
        case .hangUp: return
        case .silence: drain(descriptor)
        case .drip:
            say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", descriptor)
            while !stop.wait(milliseconds: 50), say("x", descriptor) {}
        case .status(let status, let headers, let body):
            let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)", "Connection: close"]
            say((lines + headers).joined(separator: "\r\n") + "\r\n\r\n" + body, descriptor)
            // Until the client has read it all: closing with bytes unread would reset the connection.
            shutdown(descriptor, Int32(SHUT_WR))
            drain(descriptor)
        }
    }

    private func read(_ descriptor: Int32) -> ReceivedRequest? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while isReady(descriptor) {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return nil }
            bytes += buffer[..<count]
            if let request = ReceivedRequest(parsing: bytes) { return request }
        }
        return nil
    }

    /// Reads until the client closes, or it is time to stop.
    private func drain(_ descriptor: Int32) {
        var buffer = [UInt8](repeating: 0, count: 4096)
        while isReady(descriptor), Glibc.read(descriptor, &buffer, buffer.count) > 0 {}
    }

    @discardableResult
    private func say(_ text: String, _ descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Sleeps until there is something to read; false when it is time to stop.
    private func isReady(_ descriptor: Int32) -> Bool {
        var entries = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        poll(&entries, 2, -1)
        return !stop.isRaised
    }
}
