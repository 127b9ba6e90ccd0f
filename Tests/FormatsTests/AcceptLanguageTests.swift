import Testing

@testable import Formats

@Suite("The languages that a client prefers")
struct AcceptLanguageTests {
    @Test(
        "are French where it is named and not behind English",
        arguments: [
            "fr", "FR", "fr-FR", "fr-CA, en;q=0.8", "de, fr;q=0.5", "en;q=0.4, fr;q=0.9", "fr, en",
            "fr;q=1.0",
            "es;q=0.9,fr-CH; q=0.7 ,en;q=0.2",
        ])
    func french(header: String) {
        #expect(AcceptLanguage.prefersFrench(header))
    }

    @Test(
        "are English otherwise",
        arguments: [
            nil, "", "en", "en, fr", "en-GB,en;q=0.9,fr;q=0.8", "de", "*", "fr;q=0", "frr", "fr;q=0.5, en",
            ",;,",
            String(repeating: "fr,", count: 1000),
        ])
    func english(header: String?) {
        #expect(!AcceptLanguage.prefersFrench(header))
    }
}
