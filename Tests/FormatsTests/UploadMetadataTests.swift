import Domain
import Testing

@testable import Formats

@Suite("Upload-Metadata and Upload-Checksum")
struct UploadMetadataTests {
    @Test("are read as clients send them")
    func pairs() throws {
        let metadata = try UploadMetadata(
            parsing: "filename TGXDp29uLm1wNA==,filetype dmlkZW8vbXA0, lesson_id bA==,is_confidential,empty ")
        #expect(metadata.text("filename") == "Leçon.mp4")
        #expect(metadata.text("filetype") == "video/mp4")
        #expect(metadata.text("lesson_id") == "l")
        #expect(metadata.text("is_confidential") == nil && metadata.text("other") == nil)
    }

    @Test(
        "break off at the first thing that two readers could take for different ones",
        arguments: [
            "", ",", "a YQ==,", "a YQ==,a Yg==", "a YQ", "a YR==", "a YQ=", "a Y===", "a =", "a _w==",
            "a /w==",
            "a YQ== YQ==", "é YQ==", "a\tYQ==",
        ])
    func refused(header: String) {
        #expect(throws: Refusal.self) { try UploadMetadata(parsing: header) }
    }

    @Test(
        "name an algorithm and a digest of its length",
        arguments: [
            "", "sha1", "sha1 ", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "sha1 AAAA", "SHA1 AAAA", "sha256 AAAA",
        ])
    func checksums(header: String) throws {
        let sha1 = try UploadChecksum(parsing: "sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=")
        #expect(sha1.algorithm == .sha1 && sha1.digest.count == 20)
        #expect(throws: Refusal.self) { try UploadChecksum(parsing: header) }
    }
}
