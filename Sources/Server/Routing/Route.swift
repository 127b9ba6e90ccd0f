import Domain
import Formats
import System

/// One route: methods, path, and who may call it. The kind of access decides what the handler is given, so that a
/// handler cannot be reached past its gate.
///
/// A class, because every request is handed its route, and the parts of it would all be counted.
final class Route: Sendable {
    typealias Handler<Caller> = @Sendable (RequestContext, Caller) throws(Refusal) -> HTTPResponse
    typealias UploadHandler =
        @Sendable (RequestContext, borrowing UploadCaller) throws(Refusal) -> HTTPResponse
    /// Judges a request by its headers alone, before its body comes. An answer, where there is one already, is given
    /// without the body.
    typealias UploadCheck =
        @Sendable (RequestContext, borrowing UploadCaller) throws(Refusal) -> HTTPResponse?
    typealias HolderCheck = @Sendable (RequestContext, UploadHolder) throws(Refusal) -> Void
    typealias PlayHandler =
        @Sendable (RequestContext, borrowing PlayAdmission) throws(Refusal) -> HTTPResponse

    /// Who may call a route, with the handler that takes the proof of it.
    enum Access: Sendable {
        /// The counters of this process; nginx keeps them to itself.
        case metrics
        /// Anybody (what nginx keeps to itself).
        case open(@Sendable (RequestContext) throws(Refusal) -> HTTPResponse)
        /// The site's backend.
        case service(Handler<ServiceCaller>)
        /// Whoever may have tokens issued.
        case issue(Handler<IssuingCaller>)
        /// The site's backend, or an upload token; what it is for, the handler finds out and has judged. `ahead` judges as
        /// much of that as the headers say.
        case upload(UploadHandler, ahead: UploadCheck)
        /// The site's backend, or an upload token, for a day longer than it uploads: a conversion may take its time.
        case follow(UploadHandler)
        /// Whoever knows the address of an upload that was admitted before, which `ahead` looks for.
        case resume(Handler<UploadHolder>, ahead: HolderCheck)
        /// Anybody with a token for the file that the path names, which the first part reads out of it.
        case file(@Sendable (PathParameters) throws(Refusal) -> WantedFile, Handler<FileAdmission>)
        /// A viewer with a play token for the place the path names.
        case play(onlyMobile: Bool, PlayHandler)
    }

    let methods: [HTTPMethod]
    let pattern: PathPattern
    let access: Access

    /// What kind of work it is, for the histogram of its durations.
    var kind: RouteClass {
        switch access {
        case .open, .metrics: .operations
        case .service, .follow: .api
        case .issue: .token
        case .upload: methods.contains(.post) ? .upload : .api
        case .resume: .upload
        case .file: .download
        case .play: .playback
        }
    }

    init(_ methods: [HTTPMethod], _ path: String, _ access: Access) {
        // Every GET answers HEAD: nginx leaves the body out.
        self.methods = methods.contains(.get) ? methods + [.head] : methods
        self.pattern = PathPattern(path)
        self.access = access
    }
}
