import Testing

@testable import Domain

@Suite("The error codes")
struct ErrorCodeTests {
    @Test(
        "have the statuses that clients were promised",
        arguments: [
            (
                400,
                """
                missing_field invalid_id invalid_rel invalid_platform invalid_type invalid_ttl invalid_filename \
                invalid_callback unsupported_media malformed_request
                """
            ),
            (401, "unauthorized"),
            (
                403,
                """
                token_missing token_invalid token_expired token_revoked token_mismatch referrer_missing \
                referrer_forbidden not_eligible
                """
            ),
            (404, "not_found conversion_in_progress conversion_failed replaced"), (405, "method_not_allowed"),
            (409, "offset_conflict idempotency_key_in_use"), (410, "upload_expired"),
            (412, "unsupported_version"),
            (413, "too_large"), (415, "unsupported_content_type"), (422, "idempotency_key_reused"),
            (423, "locked"), (429, "rate_limited"),
            (460, "checksum_mismatch"), (500, "internal"), (503, "unavailable"),
            (507, "insufficient_storage"),
        ])
    func statuses(status: Int, codes: String) {
        let expected = Set(codes.split(separator: " ").map(String.init))
        #expect(Set(ErrorCode.allCases.filter { $0.status == status }.map(\.rawValue)) == expected)
    }
}
