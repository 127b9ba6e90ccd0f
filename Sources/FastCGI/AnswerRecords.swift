import Formats
import Glibc

/// An answer as FastCGI records (FastCGI 1.0 §3.3, §5.3, §5.5): FCGI_STDOUT with its end, and FCGI_END_REQUEST.
///
/// Large bodies are sent from where they lie: the playlist of a long film takes two calls.
struct AnswerRecords {
    /// Bodies up to this many bytes are copied beside the head: one record, and one call.
    private static let maxCopied = 8 << 10
    /// IOV_MAX is 1024; two for each record.
    private static let maxPieces = 1000
    /// Milliseconds without a byte taken, after which a peer is given up.
    private static let patience: Int32 = 30_000

    private let request: UInt16
    private let connection: Int32
    private let body: [UInt8]
    /// What is made here: headers, the head, the end.
    private var frames: [UInt8] = []
    /// What is to be sent, in order.
    private var pieces: [Piece] = []

    /// A range of `frames` or of `body`.
    private struct Piece {
        let isOfBody: Bool
        let range: Range<Int>
    }

    /// Sends `response` on `connection`. A peer that goes away gets no more of it.
    static func send(_ response: HTTPResponse, to request: UInt16, on connection: Int32) {
        let head = response.serializedHead()
        guard response.body.count > maxCopied || head.count > maxCopied else {
            var answer = AnswerRecords(request: request, connection: connection, body: [])
            answer.frame(head + response.body)
            answer.end()
            return answer.flush()
        }
        var answer = AnswerRecords(request: request, connection: connection, body: response.body)
        for start in stride(from: 0, to: head.count, by: RecordHeader.maxContent) {
            answer.frame(head[start..<min(head.count, start + RecordHeader.maxContent)])
        }
        answer.frameBody()
        answer.end()
        answer.flush()
    }

    private init(request: UInt16, connection: Int32, body: [UInt8]) {
        self.request = request
        self.connection = connection
        self.body = body
    }

    private mutating func frame(_ content: some Collection<UInt8>) {
        let start = frames.count
        RecordHeader(.output, of: request, content: content.count).append(to: &frames)
        frames += content
        pieces.append(Piece(isOfBody: false, range: start..<frames.count))
    }

    private mutating func frameBody() {
        for start in stride(from: 0, to: body.count, by: RecordHeader.maxContent) {
            let end = min(body.count, start + RecordHeader.maxContent)
            let header = frames.count
            RecordHeader(.output, of: request, content: end - start).append(to: &frames)
            pieces.append(Piece(isOfBody: false, range: header..<frames.count))
            pieces.append(Piece(isOfBody: true, range: start..<end))
        }
    }

    /// The empty record that ends the stream, and FCGI_EndRequestBody: the application's status and the protocol's, both 0.
    private mutating func end() {
        let start = frames.count
        RecordHeader(.output, of: request, content: 0).append(to: &frames)
        RecordHeader(.endRequest, of: request, content: 8).append(to: &frames)
        frames += [0, 0, 0, 0, 0, 0, 0, 0]
        pieces.append(Piece(isOfBody: false, range: start..<frames.count))
    }

    private func flush() {
        frames.withUnsafeBytes { frames in
            body.withUnsafeBytes { body in
                for start in stride(from: 0, to: pieces.count, by: Self.maxPieces) {
                    var batch = pieces[start..<min(pieces.count, start + Self.maxPieces)].map { piece in
                        let base = (piece.isOfBody ? body : frames).baseAddress
                        return iovec(
                            iov_base: .init(mutating: base?.advanced(by: piece.range.lowerBound)),
                            iov_len: piece.range.count)
                    }
                    guard write(&batch) else { return }
                }
            }
        }
    }

    /// One call nearly always; after a short one, what is left. MSG_NOSIGNAL: a peer that went away is no signal.
    private func write(_ batch: inout [iovec]) -> Bool {
        var first = 0
        while first < batch.count {
            var sent = batch.withUnsafeMutableBufferPointer { batch in
                var message = msghdr()
                message.msg_iov = batch.baseAddress?.advanced(by: first)
                message.msg_iovlen = batch.count - first
                return sendmsg(connection, &message, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
            }
            guard sent >= 0 || errno == EINTR || errno == EAGAIN && isWritable() else { return false }
            while first < batch.count, sent >= batch[first].iov_len {
                sent -= batch[first].iov_len
                first += 1
            }
            guard first < batch.count, sent > 0 else { continue }
            batch[first].iov_base = batch[first].iov_base.advanced(by: sent)
            batch[first].iov_len -= sent
        }
        return true
    }

    private func isWritable() -> Bool {
        var entry = pollfd(fd: connection, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, Self.patience) == 1
    }
}
