import Crypto
import Database
import Domain
import Files
import Formats
import Logging
import Settings
import Synchronization
import System

/// Uploads that their clients may send again, because they gave them a key (`Idempotency-Key`): each becomes one task,
/// however often it comes.
///
/// What was answered is in the database, by the transaction that adds the task. What is under way is known to this
/// process alone, so that its key is free again when the process dies.
final class KeyedUploads: Sendable {
    private let services: Services
    /// Of the uploads under way.
    private let keys = Mutex<Set<String>>([])
    private let addresses: HMACSHA256

    init(_ services: Services) {
        self.services = services
        addresses = HMACSHA256(key: services.settings.signingKey.bytes)
    }

    /// Has a key for as long as it lives.
    struct Hold: ~Copyable {
        let id: String
        private let uploads: KeyedUploads

        fileprivate init(_ id: String, in uploads: KeyedUploads) throws(Refusal) {
            guard uploads.keys.withLock({ $0.insert(id).inserted }) else { throw KeyedUploads.inUse }
            self.id = id
            self.uploads = uploads
        }

        deinit { _ = uploads.keys.withLock { $0.remove(id) } }
    }

    /// Takes the upload's key, if it has one. Refuses with `idempotency_key_in_use`, `idempotency_key_reused` or
    /// `malformed_request`.
    ///
    /// `isTargetInPath`: the path says what the upload will be, and not its form.
    func begin(
        _ context: RequestContext, _ caller: borrowing UploadCaller, isTargetInPath: Bool = false
    ) throws(Refusal) -> KeyedUpload {
        guard let id = try id(context.request, caller) else { return KeyedUpload(services) }
        let hold = try Hold(id, in: self)
        let earlier = try earlier(id, context.request)
        let answer = try earlier?.answer(byHeadersOf: context.request, caller, isTargetInPath: isTargetInPath)
        if answer != nil { services.logRepeated(context.request, caller) }
        return KeyedUpload(services, hold, earlier, answer)
    }

    /// What an upload is answered whose headers alone say that it is a repetition; nil where its body has to come.
    /// Refuses as `begin` does.
    func judgeAhead(
        _ context: RequestContext, _ caller: borrowing UploadCaller, isTargetInPath: Bool = false
    ) throws(Refusal) -> HTTPResponse? {
        guard let id = try id(context.request, caller) else { return nil }
        guard !keys.withLock({ $0.contains(id) }) else { throw Self.inUse }
        let earlier = try earlier(id, context.request)
        let answer = try earlier?.answer(byHeadersOf: context.request, caller, isTargetInPath: isTargetInPath)
        if answer != nil { services.logRepeated(context.request, caller) }
        return answer
    }

    /// The address of a resumable upload: the same at each repetition of its creation, and as hard to guess as what
    /// signs tokens. Nil where there is no key.
    func address(
        _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> UploadID? {
        try id(context.request, caller).map { address($0) }
    }

    private func address(_ id: String) -> UploadID {
        let tag = addresses.tag(Array("resumable upload \(id)".utf8).span)
        func half(_ start: Int) -> UInt64 { (start..<start + 8).reduce(0) { $0 << 8 | UInt64(tag[$1]) } }
        return UploadID(random: (half(0), half(8)))
    }

    /// The form that had this key. A resumable upload is its own record, so here it only is in a form's way.
    private func earlier(_ id: String, _ request: HTTPRequest) throws(Refusal) -> UploadReceipt? {
        if !Tus.covers(request.path) {
            let name = address(id).storageName
            let info = try Refusal.rethrow { () throws(FileError) in
                try services.files.resumableInfo(name)
            }
            guard info == nil else { throw Self.reused }
        }
        let receipt = try Refusal.rethrow { () throws(DatabaseError) in
            try services.database.receipts.receipt(id, now: services.clock.now())
        }
        return receipt.flatMap { UploadReceipt($0) }
    }

    /// A digest of who calls, and of the key: two callers may choose the same. Nil where there is no key.
    private func id(
        _ request: HTTPRequest, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> String? {
        guard let header = request.idempotencyKey else { return nil }
        guard let key = IdempotencyKey(parsing: header) else {
            throw Refusal(
                .malformedRequest,
                "Idempotency-Key must be one text of 1 to \(IdempotencyKey.maxBytes) printable ASCII characters.",
                field: Self.field)
        }
        return Hexadecimal.lowercase(
            SHA256Digest.of(Array("\(caller.keySpace)\u{0}\(key.value)".utf8)))
    }

    private static let field = "Idempotency-Key"

    private static let inUse = Refusal(
        .idempotencyKeyInUse, "Another request with this Idempotency-Key is under way; try again.",
        field: field, retryAfter: 2)

    static let reused = Refusal(
        .idempotencyKeyReused,
        "This Idempotency-Key was given to another upload: each upload needs a key of its own.", field: field)

    /// Another process answered an upload with this key in the meantime.
    static var overtaken: Refusal { inUse }
}

extension Services {
    func logRepeated(_ request: HTTPRequest, _ caller: borrowing UploadCaller) {
        let own: Logger.Metadata = [
            "path": "\(Tus.loggable(request.path))", "request_id": "\(request.requestID)",
        ]
        log.info("upload_repeated", metadata: own.merging(caller.logged) { $1 })
    }
}
