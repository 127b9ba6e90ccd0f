/// Every `error` a client can meet, with its HTTP status: the whole table, once.
package enum ErrorCode: String, CaseIterable, Sendable {
    case missingField = "missing_field"
    case invalidID = "invalid_id"
    case invalidRel = "invalid_rel"
    case invalidPlatform = "invalid_platform"
    case invalidType = "invalid_type"
    case invalidTTL = "invalid_ttl"
    case invalidFilename = "invalid_filename"
    case invalidCallback = "invalid_callback"
    case unsupportedMedia = "unsupported_media"
    case malformedRequest = "malformed_request"
    case unauthorized
    case tokenMissing = "token_missing"
    case tokenInvalid = "token_invalid"
    case tokenExpired = "token_expired"
    case tokenRevoked = "token_revoked"
    case tokenMismatch = "token_mismatch"
    case referrerMissing = "referrer_missing"
    case referrerForbidden = "referrer_forbidden"
    case notEligible = "not_eligible"
    case notFound = "not_found"
    case conversionInProgress = "conversion_in_progress"
    case conversionFailed = "conversion_failed"
    case replaced
    case methodNotAllowed = "method_not_allowed"
    case offsetConflict = "offset_conflict"
    case idempotencyKeyInUse = "idempotency_key_in_use"
    case uploadExpired = "upload_expired"
    case unsupportedVersion = "unsupported_version"
    case tooLarge = "too_large"
    case unsupportedContentType = "unsupported_content_type"
    case idempotencyKeyReused = "idempotency_key_reused"
    case locked
    case rateLimited = "rate_limited"
    case checksumMismatch = "checksum_mismatch"
    case `internal`
    case unavailable
    case insufficientStorage = "insufficient_storage"

    /// RFC 9110 §15; 409 and 422 of keys draft-ietf-httpapi-idempotency-key-header-07 §2.7; 423 RFC 4918 §11.3; 429 RFC 6585 §4; 460 tus 1.0.0, Checksum; 507 RFC 4918 §11.5.
    package var status: Int {
        switch self {
        case .missingField, .invalidID, .invalidRel, .invalidPlatform, .invalidType, .invalidTTL: 400
        case .invalidFilename, .invalidCallback, .unsupportedMedia, .malformedRequest: 400
        case .unauthorized: 401
        case .tokenMissing, .tokenInvalid, .tokenExpired, .tokenRevoked, .tokenMismatch: 403
        case .referrerMissing, .referrerForbidden, .notEligible: 403
        case .notFound, .conversionInProgress, .conversionFailed, .replaced: 404
        case .methodNotAllowed: 405
        case .offsetConflict, .idempotencyKeyInUse: 409
        case .uploadExpired: 410
        case .unsupportedVersion: 412
        case .tooLarge: 413
        case .unsupportedContentType: 415
        case .idempotencyKeyReused: 422
        case .locked: 423
        case .rateLimited: 429
        case .checksumMismatch: 460
        case .internal: 500
        case .unavailable: 503
        case .insufficientStorage: 507
        }
    }
}
