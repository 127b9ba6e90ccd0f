import Formats
import Glibc
import MediaProtocol
import System

/// One media process, from its start to its end: sends the order, reads the replies, and believes none of them unread.
struct MediaRun: ~Copyable {
    /// Bytes that are kept of what it says on standard error: the last words of a crash.
    private static let maxLastWords = 500
    /// What the loader exits with where a library is missing, as while one is upgraded (ld.so): no film's fault.
    private static let notStarted: Int32 = 127

    var deadline: ContinuousClock.Instant
    private let stop: StopSignal?
    private var process: ChildProcess
    private var replies = LineBuffer(maxBytes: MediaReply.maxBytes)
    private var lastWords: [UInt8] = []
    /// Whether it told what it is going to do; each time would move the deadline.
    private var isPlanned = false
    /// Whether its standard error is still open.
    private var hasErrors = true

    /// Gives the order to the process that was prepared, or starts the program at `path`. Throws `.resource` where no
    /// process can be had.
    init(
        _ path: String, _ order: MediaOrder, within limit: Duration, stop: StopSignal? = nil,
        prepared: consuming PreparedMedia? = nil
    ) throws(MediaError) {
        if let prepared, !prepared.hasEnded {
            process = prepared.take()
        } else {
            process = try PreparedMedia(path).take()
        }
        deadline = .now + limit
        self.stop = stop
        // A process that ended before it read the order says at its end why.
        try? process.send(order.json.serialized() + [UInt8(ascii: "\n")])
    }

    /// Waits for the result, and for the end of the process. Throws what it failed with; `.crashed` where it died,
    /// `.cancelled` and `.deadline` where it was ended.
    consuming func result() throws(MediaError) -> JSONValue {
        try result { _, _ in }
    }

    /// The result of the order; `take` sees the replies that come before it.
    mutating func result(_ take: (MediaReply, inout MediaRun) -> Void) throws(MediaError) -> JSONValue {
        var last: MediaReply?
        while let piece = try read() {
            guard let lines = replies.lines(adding: piece) else { throw .brokenProtocol }
            for line in lines {
                guard let json = try? JSONValue.parse(line), let reply = MediaReply(json) else {
                    throw .brokenProtocol
                }
                if case .planned = reply {
                    guard !isPlanned else { throw .brokenProtocol }
                    isPlanned = true
                }
                last = reply
                take(reply, &self)
            }
        }
        return try end(last)
    }

    private mutating func end(_ last: MediaReply?) throws(MediaError) -> JSONValue {
        // One that has said its last and goes on has no more time than any other.
        while !process.hasEnded { try wait(for: [process.end]) }
        let ending = process.wait()
        switch (last, ending) {
        case (.finished(let result)?, .exited(code: 0)): return result
        case (.failed(let error)?, .exited): throw error
        case (nil, .exited(code: Self.notStarted)):
            throw MediaError(.resource, "The converter could not be started.", operation: "\(ending)")
        default:
            var error = MediaError(
                .crashed, "The converter broke down while it worked on this file.", operation: "\(ending)")
            if case .killed(let signal) = ending {
                error.code = MediaErrorCode(rawValue: signal, text: "signal")
            }
            error.detail = lastWords.isEmpty ? nil : String(decoding: lastWords, as: UTF8.self)
            throw error
        }
    }

    /// The next piece of its standard output; nil at the end.
    private mutating func read() throws(MediaError) -> [UInt8]? {
        while true {
            // poll(2) passes over a descriptor of -1.
            try wait(for: [process.output, hasErrors ? process.errors : -1])
            if hasErrors, let words = Self.read(process.errors) {
                hasErrors = !words.isEmpty
                lastWords = (lastWords + words).suffix(Self.maxLastWords)
            }
            if let piece = Self.read(process.output) { return piece.isEmpty ? nil : piece }
        }
    }

    /// What there is; nil where there is nothing yet, empty at the end.
    private static func read(_ descriptor: Int32) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        return count >= 0 ? Array(buffer[..<count]) : nil
    }

    /// Waits for something to read, or an end, at one of the descriptors; throws where there is no more time to.
    private func wait(for descriptors: [Int32]) throws(MediaError) {
        let left = deadline - .now
        guard left > .zero else {
            throw MediaError(.deadline, "It took longer than its time limit.", operation: "deadline")
        }
        guard stop?.isRaised != true else {
            throw MediaError(.cancelled, "The conversion was cancelled.", operation: "cancellation")
        }
        var entries = (descriptors + [stop?.descriptor ?? -1]).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        let milliseconds = Int32(clamping: left.components.seconds * 1000 + 1000)
        poll(&entries, nfds_t(entries.count), milliseconds)
    }
}
