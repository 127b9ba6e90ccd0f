import Domain
import Formats
import Settings

/// `POST /api/get-video-tokens/v2`: the tokens of a course's page in one call.
struct PlayTokenBatch: Sendable {
    /// The most lessons one call asks for.
    private static let maxLessons = 100

    let tokens: PlayTokens

    /// A token for each lesson of `rels`, in their order, once. What is wrong with one lesson is told in its place, also
    /// that the site said nothing of it; what is wrong with the question itself refuses all.
    func issue(_ context: RequestContext, _ caller: IssuingCaller) throws(Refusal) -> HTTPResponse {
        let body = try context.json(atMost: RequestContext.maxJSONBytes)
        guard let userID = try Self.text(body, "user_id"), !userID.isEmpty else {
            throw Refusal(.missingField, "user_id is missing.", field: "user_id")
        }
        guard let user = UserID(userID) else { throw QueryParameters.refusalOfUserID }
        let admission = try caller.admission(for: user)
        let wish = PlayTokenWish(
            platform: try PlayTokens.platform(try Self.text(body, "platform")),
            lifetime: try QueryParameters.lifetime(
                try Self.text(body, "ttl"), or: tokens.services.settings.tokenExpiry,
                max: tokens.services.settings.maxTTL),
            maxHeight: try QueryParameters.maxHeight(try Self.text(body, "max_height")))
        var answers: [JSONValue] = []
        let isFrench = AcceptLanguage.prefersFrench(context.request.acceptLanguage)
        var round = tokens.issuance.round()
        var seen: Set<String> = []
        for rel in try rels(body) where seen.insert(rel).inserted {
            answers.append(try answer(rel, wish, admission, isFrench, in: &round))
        }
        return .issued(["tokens": .array(answers)])
    }

    private func answer(
        _ rel: String, _ wish: PlayTokenWish, _ admission: IssuingAdmission, _ isFrench: Bool,
        in round: inout QuestionRound
    ) throws(Refusal) -> JSONValue {
        do throws(Refusal) {
            guard let lesson = LessonPath(rel) else { throw QueryParameters.refusalOfRel }
            return .object([("rel", .string(rel))] + (try tokens.issue(lesson, wish, admission, in: &round)))
        } catch {
            guard error.code.status < 500 || error.code == .unavailable else { throw error }
            let message = isFrench ? error.message.text(by: French.sentences) : "\(error.message)"
            return [
                "rel": .string(rel), "error": .string(error.code.rawValue), "message": .string(message),
            ]
        }
    }

    private func rels(_ body: JSONValue) throws(Refusal) -> [String] {
        guard let list = body["rels"] else { throw Refusal(.missingField, "rels is missing.", field: "rels") }
        let texts = list.arrayValue?.compactMap(\.stringValue)
        guard let texts, texts.count == list.arrayValue?.count, texts.count <= Self.maxLessons else {
            throw Refusal(
                .malformedRequest, "rels must be a list of at most \(Self.maxLessons) texts.", field: "rels")
        }
        return texts
    }

    /// A text or a number, as a parameter of a query would be; nil where it is missing or null.
    private static func text(_ body: JSONValue, _ name: String) throws(Refusal) -> String? {
        switch body[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .integer(let number): return "\(number)"
        case .number(let number): return "\(number)"
        case .bool, .array, .object:
            throw Refusal(.malformedRequest, "\(name) must be a text.", field: name)
        }
    }
}
