import CFastCGI
import Glibc

/// A large body as FastCGI records made here (FastCGI 1.0 §3.3, §5.3), sent from where it lies.
///
/// libfcgi copies what it is given into a buffer of 8 KiB and writes that: the playlist of a long film took 110 calls,
/// and takes two.
enum BodyRecords {
    /// FCGI_HEADER_LEN.
    private static let headerLength = 8
    /// contentLength has 16 bits; a multiple of 8 needs no padding.
    private static let maxContent = 65528
    /// IOV_MAX is 1024; two for each record.
    private static let maxRecords = 512

    /// Sends all of `body`, unless the connection breaks, which is nginx's business: nobody is left to tell.
    ///
    /// What libfcgi holds back of the same stream must have been flushed.
    static func send(_ body: [UInt8], of request: FCGX_Request) {
        var start = 0
        while start < body.count {
            let end = min(body.count, start + maxRecords * maxContent)
            guard sendBatch(body, start..<end, request) else { return }
            start = end
        }
    }

    private static func sendBatch(_ body: [UInt8], _ range: Range<Int>, _ request: FCGX_Request) -> Bool {
        var headers: [UInt8] = []
        let starts = stride(from: range.lowerBound, to: range.upperBound, by: maxContent)
        for start in starts {
            append(
                min(maxContent, range.upperBound - start), UInt16(truncatingIfNeeded: request.requestId),
                &headers)
        }
        return headers.withUnsafeBytes { headers in
            body.withUnsafeBytes { body in
                var pieces: [iovec] = []
                for (number, start) in starts.enumerated() {
                    let header = headers.baseAddress?.advanced(by: number * headerLength)
                    let content = body.baseAddress?.advanced(by: start)
                    let length = min(maxContent, range.upperBound - start)
                    pieces.append(iovec(iov_base: .init(mutating: header), iov_len: headerLength))
                    pieces.append(iovec(iov_base: .init(mutating: content), iov_len: length))
                }
                return write(&pieces, to: request.ipcFd)
            }
        }
    }

    /// FCGI_Header: version, type FCGI_STDOUT, request, length of the content, length of the padding, reserved.
    private static func append(_ length: Int, _ request: UInt16, _ headers: inout [UInt8]) {
        headers += [
            1, 6, UInt8(request >> 8), UInt8(request & 255), UInt8(length >> 8), UInt8(length & 255), 0, 0,
        ]
    }

    /// One call nearly always; after a short one, what is left. MSG_NOSIGNAL: a peer that went away is no signal.
    private static func write(_ pieces: inout [iovec], to socket: Int32) -> Bool {
        var first = 0
        while first < pieces.count {
            var sent = pieces.withUnsafeMutableBufferPointer { pieces in
                var message = msghdr()
                message.msg_iov = pieces.baseAddress?.advanced(by: first)
                message.msg_iovlen = pieces.count - first
                return sendmsg(socket, &message, Int32(MSG_NOSIGNAL))
            }
            guard sent >= 0 || errno == EINTR else { return false }
            while first < pieces.count, sent >= pieces[first].iov_len {
                sent -= pieces[first].iov_len
                first += 1
            }
            guard first < pieces.count, sent > 0 else { continue }
            pieces[first].iov_base = pieces[first].iov_base.advanced(by: sent)
            pieces[first].iov_len -= sent
        }
        return true
    }
}
