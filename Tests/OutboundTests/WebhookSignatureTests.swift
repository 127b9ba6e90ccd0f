import Crypto
import Domain
import Testing

@testable import Outbound

/// The expected values are Python's: `hmac.new(key, f"{id}.{seconds}.".encode() + body, "sha256")`. The first
/// is the specification's own example.
@Suite struct WebhookSignatureTests {
    @Test(arguments: [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330,
            #"{"test": 2432232314}"#, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        ),
        (
            "a plain secret", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, #"{"test": 2432232314}"#,
            "v1,ENqrYZJfEdejvH41MpDAd0s4SZwl35B0bx0LOnREaDY="
        ),
        ("a plain secret", "msg_1", 0, "", "v1,fVeTUMaFXRiF2Jt7WDfTuMvmU1UDrSDSabhQCk5rkqI="),
        (
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+P0BB"
                + "QkNERUZHSElKS0xNTk9QUVJTVFVWV1hZWltcXV5fYGFiYw==",
            "msg_1", 1_700_000_000, "Leçon", "v1,pKuj5o57/rMHO61Ksbix4bK+VK+gUvA7nMBATWYgQl0="
        ),
        (
            "whsec_not base64!", "msg_1", 1_700_000_000, "{}",
            "v1,zwbjBrnSLot/LeR7V+PYwCjC+g3XMbiIvHAKglYn178="
        ),
    ])
    func `The signature is what Python computes`(
        secret: String, id: String, seconds: Int, body: String, expected: String
    ) {
        let signature = WebhookSignature(secret: Secret(secret))
        // The milliseconds are not part of what is signed.
        let time = Timestamp(seconds: seconds).adding(milliseconds: 999)
        #expect(signature.value(id: id, timestamp: time, body: Array(body.utf8)) == expected)
    }

    @Test func `Another secret, id, second or body has another signature`() {
        let time = Timestamp(seconds: 1_700_000_000)
        let values = [
            WebhookSignature(secret: Secret("one")).value(id: "msg_1", timestamp: time, body: [1]),
            WebhookSignature(secret: Secret("two")).value(id: "msg_1", timestamp: time, body: [1]),
            WebhookSignature(secret: Secret("one")).value(id: "msg_2", timestamp: time, body: [1]),
            WebhookSignature(secret: Secret("one")).value(
                id: "msg_1", timestamp: time.adding(seconds: 1), body: [1]),
            WebhookSignature(secret: Secret("one")).value(id: "msg_1", timestamp: time, body: [2]),
        ]
        #expect(Set(values).count == values.count)
    }
}
