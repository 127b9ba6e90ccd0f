import CFastCGI
import Glibc

/// The body of a request as it comes in on a FastCGI connection: FCGI_STDIN records (FastCGI 1.0 §3.3, §5.3), the last
/// of them empty.
///
/// libfcgi reads 8 KiB at a time and copies them once more. Here the kernel puts a record's content where the caller
/// wants it, and the next record's header beside it: of a large body a quarter of the calls, and no copy.
struct RequestBody {
    /// FCGI_HEADER_LEN.
    private static let headerLength = 8
    private static let version: UInt8 = 1
    /// FCGI_STDIN.
    private static let type: UInt8 = 5

    private let connection: Int32
    private let request: Int
    /// What libfcgi had read beyond the parameters.
    private var ahead: ArraySlice<UInt8>
    /// Bytes of the present record that are still to come, and of its padding in all.
    private var content: Int
    private var padding: Int
    /// The padding and the header behind it, as far as they have come. Room for the most of both.
    private var between = [UInt8](repeating: 0, count: headerLength + 255)
    private var betweenCount = 0
    private var hasEnded = false
    /// Whether it broke off, or was no such record, before the end.
    private(set) var isBroken = false

    /// Goes on where libfcgi stands, which must not read the stream any more. Nil where that cannot be known.
    init?(of request: FCGX_Request) {
        let standing = focust_stands(request.in)
        guard standing.length >= 0, request.in.pointee.isClosed == 0 else { return nil }
        connection = request.ipcFd
        self.request = Int(request.requestId)
        ahead = Array(UnsafeBufferPointer(start: standing.ahead, count: standing.length))[...]
        content = Int(standing.content)
        padding = Int(standing.padding)
    }

    private var isOver: Bool { hasEnded || isBroken }

    /// As `HTTPBody.read`.
    mutating func read(into buffer: inout [UInt8], atMost limit: Int) -> Int {
        var filled = 0
        let limit = min(limit, buffer.count)
        while filled < limit, !isOver {
            filled += receive(into: &buffer, filled..<limit, flags: 0) ?? 0
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
        let more = wanted == content ? padding + Self.headerLength - betweenCount : 0
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
        if content == 0, betweenCount == padding + Self.headerLength { beginRecord() }
        return taken
    }

    /// FCGI_Header: version, type, request, length of the content, length of the padding, reserved.
    private mutating func beginRecord() {
        let header = between[padding..<betweenCount]
        let number = { (index: Int) in Int(header[header.startIndex + index]) }
        content = number(4) << 8 | number(5)
        padding = number(6)
        betweenCount = 0
        // Also FCGI_ABORT_REQUEST: nobody waits for an answer any more.
        guard number(0) == Self.version, number(1) == Self.type, number(2) << 8 | number(3) == request else {
            return isBroken = true
        }
        hasEnded = content == 0
    }
}
