import Glibc

/// The body of a request as it comes in on a FastCGI connection: FCGI_STDIN records (FastCGI 1.0 §3.3, §5.3), the last
/// of them empty.
///
/// The kernel puts a record's content where the caller wants it, and the next record's header beside it: one call for
/// each record, and no copy.
struct RequestBody {
    /// Seconds without a byte, after which a body is taken for broken off.
    private static let patience = 60

    private let connection: Int32
    private let request: UInt16
    /// What came with the parameters.
    private var ahead: ArraySlice<UInt8>
    /// Bytes of the present record that are still to come, and of its padding in all; none before the first.
    private var content = 0
    private var padding = 0
    /// The padding and the header behind it, as far as they have come. Room for the most of both.
    private var between = [UInt8](repeating: 0, count: RecordHeader.length + 255)
    private var betweenCount = 0
    private var hasEnded = false
    /// Whether it broke off, or was no such record, before the end.
    private(set) var isBroken = false

    /// The body of `request`, of which `ahead` was read of `connection` already.
    init(of request: UInt16, on connection: Int32, ahead: ArraySlice<UInt8>) {
        self.connection = connection
        self.request = request
        self.ahead = ahead
        // A blocking read ends with EAGAIN then (socket(7)).
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// Whether nothing of it is still to come.
    var isOver: Bool { hasEnded || isBroken }

    /// As `HTTPBody.read`.
    mutating func read(into buffer: inout [UInt8], atMost limit: Int) -> Int {
        var filled = 0
        let limit = min(limit, buffer.count)
        while filled < limit, !isOver {
            guard let count = receive(into: &buffer, filled..<limit, flags: 0) else {
                isBroken = true
                break
            }
            filled += count
        }
        return filled
    }

    /// As `HTTPBody.readSome`.
    mutating func readSome(into buffer: inout [UInt8], waitingAtMost milliseconds: Int32) -> Int? {
        var filled = 0
        // Again where nothing came but the head of a record.
        while filled == 0, !isOver {
            guard wait(milliseconds) else { return nil }
            while filled < buffer.count, !isOver,
                let count = receive(into: &buffer, filled..<buffer.count, flags: Int32(MSG_DONTWAIT))
            {
                filled += count
            }
        }
        return filled
    }

    /// Whether there is more to read, or the end, within the time.
    private func wait(_ milliseconds: Int32) -> Bool {
        guard ahead.isEmpty else { return true }
        var entry = pollfd(fd: connection, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) != 0
    }

    /// Takes what one call gives; answers how much of it is content, which lies in `range` from its start. Nil where
    /// nothing is there.
    private mutating func receive(into buffer: inout [UInt8], _ range: Range<Int>, flags: Int32) -> Int? {
        let wanted = min(content, range.count)
        // Behind the whole content alone comes something else.
        let more = wanted == content ? padding + RecordHeader.length - betweenCount : 0
        guard ahead.isEmpty else { return takeAhead(into: &buffer, range.lowerBound, wanted, more) }
        let count = receive(into: &buffer, at: range.lowerBound, wanted, more, flags)
        guard count > 0 else {
            if count < 0, errno == EINTR { return 0 }
            if count < 0, errno == EAGAIN { return nil }
            isBroken = true
            return 0
        }
        return account(for: count, wanted)
    }

    /// recvmsg(2): the content into the caller's buffer, and what is behind it beside.
    private mutating func receive(
        into buffer: inout [UInt8], at offset: Int, _ wanted: Int, _ more: Int, _ flags: Int32
    ) -> Int {
        buffer.withUnsafeMutableBytes { buffer in
            between.withUnsafeMutableBytes { between in
                var pieces: InlineArray<2, iovec> = [
                    iovec(iov_base: buffer.baseAddress?.advanced(by: offset), iov_len: wanted),
                    iovec(iov_base: between.baseAddress?.advanced(by: betweenCount), iov_len: more),
                ]
                var span = pieces.mutableSpan
                return span.withUnsafeMutableBufferPointer { pieces in
                    var message = msghdr()
                    message.msg_iov = pieces.baseAddress
                    message.msg_iovlen = pieces.count
                    return recvmsg(connection, &message, flags)
                }
            }
        }
    }

    private mutating func takeAhead(
        into buffer: inout [UInt8], _ offset: Int, _ wanted: Int, _ more: Int
    ) -> Int {
        let count = min(ahead.count, wanted + more)
        for (index, byte) in ahead.prefix(count).enumerated() {
            if index < wanted {
                buffer[offset + index] = byte
            } else {
                between[betweenCount + index - wanted] = byte
            }
        }
        ahead = ahead.dropFirst(count)
        return account(for: count, wanted)
    }

    /// Notes that `count` bytes came, of which `wanted` are content at most.
    private mutating func account(for count: Int, _ wanted: Int) -> Int {
        let taken = min(count, wanted)
        content -= taken
        betweenCount += count - taken
        if content == 0, betweenCount == padding + RecordHeader.length { beginRecord() }
        return taken
    }

    private mutating func beginRecord() {
        let header = RecordHeader(parsing: between[padding..<betweenCount])
        betweenCount = 0
        guard let header, header.kind == .input, header.request == request else { return isBroken = true }
        content = header.content
        padding = header.padding
        hasEnded = content == 0
    }
}
