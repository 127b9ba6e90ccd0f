import Crypto
import Database
import Domain
import Formats
import Logging
import System

/// An upload by the key that its client gave it, for as long as it is worked on. One without a key is an upload like any
/// other, of which nothing is kept here.
struct KeyedUpload: ~Copyable {
    /// For how long an answer is repeated, seconds.
    private static let seconds = 24 * 3600

    private let services: Services
    private let hold: KeyedUploads.Hold?
    private let earlier: UploadReceipt?
    /// What it was answered the first time, where the headers alone say that this is a repetition.
    let answer: HTTPResponse?

    init(
        _ services: Services, _ hold: consuming KeyedUploads.Hold? = nil, _ earlier: UploadReceipt? = nil,
        _ answer: HTTPResponse? = nil
    ) {
        self.services = services
        self.hold = hold
        self.earlier = earlier
        self.answer = answer
    }

    private var id: String? {
        switch hold {
        case .some(let hold): hold.id
        case .none: nil
        }
    }

    /// Whether what comes in has to be known for certain.
    var isKeyed: Bool { id != nil }

    /// What it was answered the first time, now that its form was read; nil where it is new. Refuses with
    /// `idempotency_key_reused`.
    func answer(
        to content: UploadContent, _ context: RequestContext, _ caller: borrowing UploadCaller
    ) throws(Refusal) -> HTTPResponse? {
        guard let earlier else { return nil }
        guard earlier.content == content else { throw KeyedUploads.reused }
        services.logRepeated(context.request, caller)
        return earlier.response
    }

    /// What to keep so that a repetition of this upload is answered with `response`; nil where it has no key.
    func receipt(_ content: UploadContent, _ response: HTTPResponse) -> Receipt? {
        guard let id else { return nil }
        return UploadReceipt(content, response).stored(
            id, until: services.clock.now().adding(seconds: Self.seconds))
    }

    /// Keeps the answer of an upload that is no job's. Where that fails, a repetition does the same work again.
    func keep(_ content: UploadContent, _ response: HTTPResponse) {
        guard let receipt = receipt(content, response) else { return }
        do throws(DatabaseError) {
            try services.database.receipts.add(receipt, now: services.clock.now())
        } catch {
            services.log.warning("receipt_not_kept", metadata: ["cause": "\(error)"])
        }
    }
}
