import Domain
import Synchronization

/// The revocations of this process, in memory: every request asks, so asking costs one atomic load while there are
/// none and a few hash lookups otherwise. What is durable about them is kept elsewhere and loaded into here.
package final class RevocationList: Sendable {
    /// What a revocation is about.
    package enum Subject: Hashable, Sendable {
        case token(id: String)
        case user(String)
        /// A lesson's `rel`, or `user_id/video_id` in the flat layout.
        case location(String)
        case course(String)
        case module(course: String, module: String)
    }

    /// Seconds since 1970 up to which tokens are void, by subject.
    private let entries = Mutex<[Subject: Int]>([:])
    private let count = Atomic(0)

    package init() {}

    /// Voids the tokens about `subject` that were issued up to and including the second `until`.
    package func insert(_ subject: Subject, until: Int) {
        entries.withLock { entries in
            entries[subject] = max(until, entries[subject] ?? 0)
            count.store(entries.count, ordering: .releasing)
        }
    }

    /// Forgets every entry for which `isOver` answers true, given its second.
    package func prune(where isOver: (Subject, Int) -> Bool) {
        entries.withLock { entries in
            entries = entries.filter { !isOver($0.key, $0.value) }
            count.store(entries.count, ordering: .releasing)
        }
    }

    /// Whether the token with these claims is void. One that does not say when it was issued is void as soon as
    /// anything about it was ever revoked: it could be as old as the revocation.
    package func contains(_ claims: borrowing Claims) -> Bool {
        guard count.load(ordering: .acquiring) > 0 else { return false }
        let issuedAt = claims.issuedAt ?? 0
        let subjects = claims.subjects
        return entries.withLock { entries in
            subjects.contains { subject in entries[subject].map { issuedAt <= $0 } ?? false }
        }
    }

    /// Whether a token about any of `subjects`, issued at that second, is void.
    package func contains(anyOf subjects: [Subject], issuedAt: Int) -> Bool {
        guard count.load(ordering: .acquiring) > 0 else { return false }
        return entries.withLock { entries in
            subjects.contains { subject in entries[subject].map { issuedAt <= $0 } ?? false }
        }
    }

    /// The first second at which a new token about any of `subjects` is not void.
    package func firstValidSecond(for subjects: [Subject]) -> Int {
        guard count.load(ordering: .acquiring) > 0 else { return 0 }
        return entries.withLock { entries in
            subjects.compactMap { entries[$0] }.max().map { $0 + 1 } ?? 0
        }
    }
}

extension Claims {
    /// Everything by which this token could be revoked.
    fileprivate var subjects: [RevocationList.Subject] {
        var subjects: [RevocationList.Subject] = []
        for id in [text(.tokenID), text(.parentID)] { if let id { subjects.append(.token(id: id)) } }
        if let user = text(.userID) {
            subjects.append(.user(user))
            if let video = text(.videoID) { subjects.append(.location("\(user)/\(video)")) }
            if let name = text(.filename), !has(.rel), let video = Filename(name)?.flatVideoID {
                subjects.append(.location("\(user)/\(video)"))
            }
        }
        if let rel = text(.rel) { subjects.append(.location(rel)) }
        if let course = text(.courseID) {
            subjects.append(text(.moduleID).map { .module(course: course, module: $0) } ?? .course(course))
        }
        return subjects
    }
}
