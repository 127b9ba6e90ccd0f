import Domain
import Files
import Formats
import Settings
import System

/// Reads the body of an upload through the form parser, in large pieces and within the limits.
struct UploadReader: Sendable {
    /// Bytes read at a time: large enough to make few system calls, small enough for every upload thread to have.
    private static let pieceLength = 256 << 10

    private let maxLength: ByteCount
    private let space: FreeSpace
    private let metrics: ServerMetrics

    init(_ services: Services) {
        maxLength = services.settings.maxContentLength
        space = services.space
        metrics = services.metrics
    }

    /// Reads all of the body into `form`, for as long as `caller` may send it. Returns how long it was.
    ///
    /// Refuses with `too_large`, `insufficient_storage`, `malformed_request`, `token_revoked`, or what the form refuses.
    func read(
        _ context: RequestContext, into form: inout VideoForm, from caller: borrowing UploadCaller
    ) throws(Refusal) -> FormSize {
        let header = context.request.contentType.flatMap { MediaTypeHeader(parsing: $0) }
        guard let boundary = header?.formDataBoundary else {
            throw Refusal(.malformedRequest, "The body must be multipart/form-data with a boundary.")
        }
        var parser = try MultipartParser(boundary: boundary)
        let length = try announcedLength(context)
        var reservation = try space.reserve(length)
        var buffer = [UInt8](repeating: 0, count: Self.pieceLength)
        var total = 0
        while case let count = context.body.read(into: &buffer, atMost: Self.room(behind: form)), count > 0 {
            total += count
            metrics.uploaded(bytes: count)
            guard total <= maxLength.bytes else { throw tooLarge }
            try caller.confirm()
            try reservation.take(count)
            try parser.consume(buffer.span.extracting(0..<count), &form)
        }
        guard !context.body.isBroken, total == context.request.contentLength ?? total else {
            throw Refusal(.malformedRequest, "The body broke off after \(total) bytes.")
        }
        try parser.finish()
        return FormSize(total: total, parts: form.partCount, boundary: boundary.utf8.count)
    }

    /// Whether the body that is announced may come and would find room. Refuses with `too_large` or `insufficient_storage`.
    func judgeAhead(_ context: RequestContext) throws(Refusal) {
        try space.check(try announcedLength(context) ?? FreeSpace.step)
    }

    /// `Content-Length`; nil where there is none. Refuses with `too_large`.
    private func announcedLength(_ context: RequestContext) throws(Refusal) -> Int? {
        let length = context.request.contentLength
        guard length ?? 0 <= maxLength.bytes else { throw tooLarge }
        return length
    }

    /// Bytes to read next: the film's first piece shares its own with the form's head, and from then on each write
    /// covers whole pages of the file, of which the kernel makes larger ones: a quarter less CPU. Behind the film there is
    /// nothing to align, and a film of one byte less than a piece would leave room for one at a time.
    private static func room(behind form: borrowing VideoForm) -> Int {
        pieceLength - (form.openVideoByteCount ?? 0) % pieceLength
    }

    private var tooLarge: Refusal {
        Refusal(.tooLarge, "The upload is larger than \(maxLength) bytes; larger ones go to /upload/tus/.")
            .limited(to: maxLength)
    }
}
