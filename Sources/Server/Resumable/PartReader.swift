import Crypto
import Domain
import Files
import Formats
import System

/// Reads one part of an upload onto the disk as it comes, and keeps what came when it breaks off.
struct PartReader {
    /// Bytes read at a time at most; less comes where the network is slow.
    private static let pieceLength = 256 << 10
    /// Milliseconds to wait for the next piece before looking whether somebody else wants to go on.
    private static let tick: Int32 = 250

    let metrics: ServerMetrics
    let clock: SystemClock
    let space: FreeSpace

    /// Reads the body behind what `upload` has, which then is on disk for good.
    ///
    /// Refuses with `too_large`, `checksum_mismatch`, `locked`, `unavailable`, `malformed_request` or
    /// `insufficient_storage`. Of a part without a checksum, what came before stays: also of one that brings more than
    /// the whole was to have, nothing.
    func read(
        _ context: RequestContext, into upload: inout LockedUpload, length: Int, _ checksum: UploadChecksum?,
        _ admission: UploadAdmission
    ) throws(Refusal) {
        let start = upload.byteCount
        do {
            if checksum != nil {
                try Self.rethrow(&upload) { (upload) throws(FileError) in try upload.beginCheck() }
            }
            try receive(context, &upload, length, checksum, admission)
        } catch {
            let isVoid = checksum != nil || error.code == .tooLarge
            try Self.rethrow(&upload) { (upload) throws(FileError) in
                if isVoid { try upload.truncate(to: start) }
                try upload.sync()
                if checksum != nil { try upload.forgetCheck() }
            }
            throw error
        }
        try Self.rethrow(&upload) { (upload) throws(FileError) in
            try upload.sync()
            if checksum != nil { try upload.forgetCheck() }
        }
    }

    private func receive(
        _ context: RequestContext, _ upload: inout LockedUpload, _ length: Int, _ checksum: UploadChecksum?,
        _ admission: UploadAdmission
    ) throws(Refusal) {
        var digest = try Self.digest(checksum)
        var pace = Pace(clock)
        var reservation = try space.reserve(
            context.request.contentLength ?? min(FreeSpace.step, length - upload.byteCount))
        var buffer = [UInt8](repeating: 0, count: Self.pieceLength)
        var total = 0
        while case let count = context.body.readSome(into: &buffer, waitingAtMost: Self.tick), count != 0 {
            if let count {
                total += count
                metrics.uploaded(bytes: count)
                guard upload.byteCount + count <= length else { throw Self.tooLong(length) }
                try reservation.take(count)
                digest?.update(buffer.span.extracting(0..<count))
                let piece = buffer.span.extracting(0..<count)
                do { try upload.write(piece) } catch { throw Refusal(error) }
            }
            guard try pace.isTimeToLook(count ?? 0) else { continue }
            try admission.confirm()
            try ResumableUploads.confirm(upload, now: clock.now())
            if upload.isWanted {
                throw Refusal(.locked, "Another request goes on with this upload.", retryAfter: 1)
            }
        }
        guard !context.body.isBroken, total == context.request.contentLength ?? total else {
            throw Refusal(.malformedRequest, "The body broke off after \(total) bytes.")
        }
        guard let digest = consume digest, let checksum else { return }
        guard digest.finish() == checksum.digest else {
            throw Refusal(
                .checksumMismatch, "The part is not what Upload-Checksum says.", field: "Upload-Checksum")
        }
    }

    private static func digest(_ checksum: UploadChecksum?) throws(Refusal) -> RunningDigest? {
        guard let checksum else { return nil }
        guard let digest = RunningDigest(checksum.algorithm == .sha1 ? .sha1 : .sha256) else {
            throw Refusal(.internal, "The checksum could not be computed.")
        }
        return digest
    }

    static func tooLong(_ length: Int) -> Refusal {
        var refusal = Refusal(.tooLarge, "The part goes beyond the \(length) bytes of Upload-Length.")
        refusal.limit = ByteCount(length)
        return refusal
    }

    private static func rethrow(
        _ upload: inout LockedUpload, _ work: (inout LockedUpload) throws(FileError) -> Void
    ) throws(Refusal) {
        do { try work(&upload) } catch { throw Refusal(error) }
    }
}
