import Crypto
import Domain
import Files
import Formats
import Logging
import Settings
import System

/// `/upload/tus/`: uploads that go on after a break (tus 1.0.0).
///
/// Nothing of an upload is in memory: each request finds it on disk, locks it, and leaves it as the next may find it.
struct ResumableUploads: Sendable {
    /// How long an upload may rest, seconds; any part prolongs it.
    static let restSeconds = 24 * 3600
    /// How long an upload may take, seconds, whatever comes in meanwhile.
    static let ageSeconds = 7 * 24 * 3600
    /// How long a request waits for another that has the upload, milliseconds.
    private static let patience = 5000

    let services: Services
    private let callbackRules: CallbackRules
    private let keyed: KeyedUploads
    private let handover: Handover
    private let reader: PartReader
    /// For what comes in as slowly as its network is: three of four upload threads, the others stay for everything else.
    private let slots: Slots
    /// For requests that wait for another to give an upload up: one of eight upload threads.
    private let waits: Slots

    init(_ services: Services, _ keyed: KeyedUploads) {
        self.services = services
        self.keyed = keyed
        callbackRules = CallbackRules(services)
        handover = Handover(services: services, presentations: PresentationUpload(services, keyed))
        reader = PartReader(metrics: services.metrics, clock: services.clock, space: services.space)
        slots = Slots(max(1, services.settings.uploadThreads * 3 / 4))
        waits = Slots(max(1, services.settings.uploadThreads / 8))
    }

    /// An upload that a request works on.
    private struct Held: ~Copyable {
        let record: ResumableRecord
        let admission: UploadAdmission
        var upload: LockedUpload
        /// Set once the whole was handed over.
        var result: HandedOver?

        var offset: Int { result == nil ? upload.byteCount : record.length }
        var isWhole: Bool { offset == record.length }
    }

    // MARK: The requests

    /// `POST`: a new upload, with its first part where there is a body; or, by its key, one that is there already.
    func create(_ context: RequestContext, _ caller: borrowing UploadCaller) throws(Refusal) -> HTTPResponse {
        let (record, admission) = try announced(context, caller)
        let hasBody = (context.request.contentLength ?? 0) > 0
        let checksum = try hasBody ? checksum(context, try Tus.checked(context.request)) : nil
        let upload = try keyed.begin(context, caller)
        let address = try keyed.address(context, caller)
        if let address, let headers = try headers(ofEarlier: address, record, admission) {
            services.logRepeated(context.request, caller)
            return HTTPResponse(status: 201, headers: location(address) + headers)
        }
        try checkRoom(record.length)
        let id = address ?? UploadID(random: SecureRandom.pair())
        try make(record, id)
        _ = consume upload
        log(
            "resumable_created", id.storageName,
            ["bytes": "\(record.length)", "target": "\(record.target)"].merging(caller.logged) { $1 })
        let more =
            hasBody
            ? try firstPart(context, id, admission, checksum, isKeyed: address != nil)
            : [("Upload-Expires", expiry(services.clock.now())), ("Cache-Control", "no-store")]
        return HTTPResponse(status: 201, headers: location(id) + more)
    }

    /// `HEAD`: how far it is. Only what is on disk for good is told.
    func show(_ context: RequestContext, _ holder: UploadHolder) throws(Refusal) -> HTTPResponse {
        _ = try Tus.checked(context.request)
        var held = try find(context, holder)
        do { try held.upload.sync() } catch { throw Refusal(error) }
        // One that died between the last byte and the handing over goes on here.
        try finish(&held)
        let headers = [
            ("Upload-Length", "\(held.record.length)"), ("Upload-Metadata", held.record.metadata),
        ]
        return HTTPResponse(status: 200, headers: try self.headers(held) + headers)
    }

    /// `PATCH`: the next part.
    func append(_ context: RequestContext, _ holder: UploadHolder) throws(Refusal) -> HTTPResponse {
        let tus = try Tus.checked(context.request)
        let offset = try Tus.number(tus.offset, "Upload-Offset")
        let checksum = try checksum(context, tus)
        var held = try find(context, holder)
        guard offset == held.offset else {
            throw Refusal(
                .offsetConflict, "Upload-Offset must be \(held.offset), where the last part ended.",
                field: "Upload-Offset")
        }
        try receive(context, &held, checksum)
        return HTTPResponse(status: 204, headers: try headers(held))
    }

    /// `DELETE`: the client gives up.
    func terminate(_ context: RequestContext, _ holder: UploadHolder) throws(Refusal) -> HTTPResponse {
        _ = try Tus.checked(context.request)
        let held = try find(context, holder)
        let name = held.upload.name
        try Refusal.rethrow { () throws(FileError) in try services.files.removeResumable(name) }
        log("resumable_terminated", name, [:])
        return HTTPResponse(status: 204)
    }

    // MARK: Before the body

    func judgeCreationAhead(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> HTTPResponse? {
        let (record, _) = try announced(context, caller)
        _ = try keyed.judgeAhead(context, caller)
        if let address = try keyed.address(context, caller), try earlier(address, record) != nil {
            return nil
        }
        try checkRoom(record.length)
        return nil
    }

    /// Whether there is such an upload, and it may go on. Neither waits for it nor touches it.
    func judgeAhead(_ context: RequestContext, _ holder: UploadHolder) throws(Refusal) {
        _ = try recordAhead(context, holder)
    }

    private func recordAhead(
        _ context: RequestContext, _ holder: UploadHolder
    ) throws(Refusal) -> ResumableRecord {
        _ = try Tus.checked(context.request)
        guard let id = UploadID(context.path.raw("upload_id")) else { throw Self.notFound }
        let info = try Refusal.rethrow { () throws(FileError) in
            try services.files.resumableInfo(id.storageName)
        }
        guard let info else { throw Self.notFound }
        guard let record = ResumableRecord(parsing: info) else { throw Self.unreadable }
        _ = try holder.admission(to: record)
        return record
    }

    /// Whether the part that is announced may come, and would find room. Refuses as `append` would.
    func judgePartAhead(_ context: RequestContext, _ holder: UploadHolder) throws(Refusal) {
        let tus = try Tus.checked(context.request)
        _ = try Tus.number(tus.offset, "Upload-Offset")
        _ = try checksum(context, tus)
        let record = try recordAhead(context, holder)
        let length = context.request.contentLength ?? 0
        guard length <= record.length else { throw PartReader.tooLong(record.length) }
        try checkRoom(length)
    }

    /// What a creation's headers ask for, and the proof that its caller may.
    private func announced(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> (ResumableRecord, UploadAdmission) {
        let tus = try Tus.checked(context.request)
        let record = try ResumableRecord(
            length: try length(tus), metadata: tus.metadata ?? "", callbackRules: callbackRules, caller)
        return (record, try caller.admission(to: record.target))
    }

    // MARK: What they are made of

    /// Makes an upload in place of the one that its caller has open for the same target. That one ends first: whenever
    /// the process dies, no two are left.
    private func make(_ record: ResumableRecord, _ id: UploadID) throws(Refusal) {
        try Refusal.rethrow { () throws(FileError) in
            try services.files.whileMakingResumables { () throws(FileError) in
                try ResumableSweep(services: services).endReplaced(by: record)
                try services.files.makeResumable(id.storageName, info: record.json.serialized())
            }
        }
    }

    private func headers(_ held: borrowing Held) throws(Refusal) -> [(name: String, value: String)] {
        let end = try Self.end(of: held.upload).httpDate
        return [
            ("Upload-Offset", "\(held.offset)"), ("Upload-Expires", end),
            ("Cache-Control", "no-store"),
        ] + (held.result?.headers(publicURL: services.settings.publicURL) ?? [])
    }

    private func location(_ id: UploadID) -> [(name: String, value: String)] {
        [("Location", "\(services.settings.publicURL)\(Tus.prefix)\(id.value)")]
    }

    /// How far an upload is that was created before, by the same key; nil where there is none that could go on: what is
    /// left of it is gone then. Refuses with `idempotency_key_reused`.
    private func headers(
        ofEarlier id: UploadID, _ record: ResumableRecord, _ admission: UploadAdmission
    ) throws(Refusal) -> [(name: String, value: String)]? {
        do {
            if let earlier = try earlier(id, record), !earlier.isRevoked(by: services.revocations) {
                var held = try hold(id.storageName) { _ in admission }
                try finish(&held)
                return try headers(held)
            }
        } catch {
            guard error.code == .uploadExpired || error.code == .notFound else { throw error }
        }
        try Refusal.rethrow { () throws(FileError) in try services.files.removeResumable(id.storageName) }
        return nil
    }

    /// The upload at that address, if there is one. Refuses with `idempotency_key_reused` where `record` is another.
    private func earlier(_ id: UploadID, _ record: ResumableRecord) throws(Refusal) -> ResumableRecord? {
        let info = try Refusal.rethrow { () throws(FileError) in
            try services.files.resumableInfo(id.storageName)
        }
        guard let info else { return nil }
        guard let earlier = ResumableRecord(parsing: info) else { throw Self.unreadable }
        guard earlier.isSameUpload(as: record) else { throw KeyedUploads.reused }
        return earlier
    }

    /// The first part, which came with the creation. Where it is refused there is no upload: its address was never answered,
    /// but for a client that can ask for it again by its key.
    private func firstPart(
        _ context: RequestContext, _ id: UploadID, _ admission: UploadAdmission,
        _ checksum: UploadChecksum?, isKeyed: Bool
    ) throws(Refusal) -> [(name: String, value: String)] {
        do {
            var held = try hold(id.storageName) { _ in admission }
            try receive(context, &held, checksum)
            return try headers(held)
        } catch {
            guard !isKeyed else { throw error }
            try Refusal.rethrow { () throws(FileError) in try services.files.removeResumable(id.storageName) }
            throw error
        }
    }

    private func receive(
        _ context: RequestContext, _ held: inout Held, _ checksum: UploadChecksum?
    ) throws(Refusal) {
        let length = context.request.contentLength ?? 0
        guard length <= held.record.length - held.offset else { throw PartReader.tooLong(held.record.length) }
        if !held.isWhole {
            guard let slot = slots.take() else { throw Self.crowded }
            do {
                try reader.read(
                    context, into: &held.upload, length: held.record.length, checksum, held.admission)
            } catch {
                try Self.forget(&held.upload, after: error)
                throw error
            }
            _ = consume slot
        }
        try finish(&held)
    }

    private func finish(_ held: inout Held) throws(Refusal) {
        guard held.isWhole, held.result == nil else { return }
        do {
            held.result = try handover.finish(held.upload, held.record, held.admission)
        } catch {
            guard !held.upload.isRemoved else { throw Self.notFound }
            try Self.forget(&held.upload, after: error)
            // It will be no video the next time either.
            if error.code == .unsupportedMedia {
                let name = held.upload.name
                try Refusal.rethrow { () throws(FileError) in try services.files.removeResumable(name) }
            }
            throw error
        }
    }

    /// What a token sent that has been revoked is kept no longer. The upload itself stays for its day, to say why it ended.
    private static func forget(_ upload: inout LockedUpload, after refusal: Refusal) throws(Refusal) {
        guard refusal.code == .tokenRevoked, upload.byteCount > 0 else { return }
        do { try upload.forgetBytes() } catch { throw Refusal(error) }
    }

    private func find(_ context: RequestContext, _ holder: UploadHolder) throws(Refusal) -> Held {
        guard let id = UploadID(context.path.raw("upload_id")) else { throw Self.notFound }
        return try hold(id.storageName) { (record) throws(Refusal) in try holder.admission(to: record) }
    }

    private func hold(
        _ name: String, _ admit: (ResumableRecord) throws(Refusal) -> UploadAdmission
    ) throws(Refusal) -> Held {
        var upload = try lock(name)
        guard let record = ResumableRecord(parsing: upload.info) else {
            throw Self.unreadable
        }
        let admission: UploadAdmission
        do {
            admission = try admit(record)
        } catch {
            try Self.forget(&upload, after: error)
            throw error
        }
        guard services.clock.now() < (try Self.end(of: upload)) else { throw Self.expired }
        let result = try Self.found { () throws(FileError) in try upload.result() }
        return Held(
            record: record, admission: admission, upload: upload,
            result: result.flatMap { HandedOver(parsing: $0) })
    }

    private func lock(_ name: String) throws(Refusal) -> LockedUpload {
        do {
            return try lock(name, waitingAtMost: 0)
        } catch {
            guard error.code == .locked else { throw error }
        }
        // Few wait: who knows one address could hold every thread with it.
        guard let slot = waits.take() else { throw Self.locked }
        let upload = try lock(name, waitingAtMost: Self.patience)
        _ = consume slot
        return upload
    }

    private func lock(_ name: String, waitingAtMost milliseconds: Int) throws(Refusal) -> LockedUpload {
        do {
            return try services.files.lockedResumable(name, waitingAtMost: milliseconds)
        } catch {
            if error.isNotFound { throw Self.notFound }
            guard error.isBusy else { throw Refusal(error) }
            throw Self.locked
        }
    }

    private static var crowded: Refusal {
        Refusal(.unavailable, "Too many uploads come in at once; go on with this one shortly.", retryAfter: 3)
    }

    private static var locked: Refusal {
        Refusal(.locked, "Another request has this upload.", retryAfter: 1)
    }
}
