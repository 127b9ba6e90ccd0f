import Domain
import Foundation
import Testing

@testable import Server

@Suite("The French table")
struct FrenchTests {
    /// The source of the whole program.
    private static let sources: [String] = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Sources")
        let files =
            FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil)?.allObjects ?? []
        return files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
            .compactMap { try? String(contentsOf: $0, encoding: .utf8) }
    }()

    /// Every sentence that product code refuses with, as its template: what follows `Refusal(.code,`.
    private static let templates = sentences(/Refusal\(\s*\.\w+,\s*"((?:[^"\\]|\\.)*)"/)

    /// Those that a task can end with but for the server's own faults (`.internal`), which are for its people.
    private static let reasons = sentences(
        /(?:MediaError\(\s*(?!\.internal)\.?\w+,\s*|\.input\([^,"]*(?:"\w+")?, code, |JobFailure\(\s*code: "\w+", message: )"((?:[^"\\]|\\.)*)"/
    )

    /// The literals that `pattern` finds, as the compiler makes templates of them.
    private static func sentences(_ pattern: Regex<(Substring, Substring)>) -> [String] {
        sources.flatMap { $0.matches(of: pattern) }.map { match in
            var (template, number) = ("", 0)
            var rest = match.1
            while let start = rest.firstRange(of: "\\(") {
                template += rest[..<start.lowerBound] + "{\(number)}"
                number += 1
                rest = rest[start.upperBound...]
                var depth = 1
                while depth > 0, let character = rest.popFirst() {
                    depth += character == "(" ? 1 : character == ")" ? -1 : 0
                }
            }
            return template + rest
        }
    }

    @Test func `It has every sentence that a refusal says`() {
        #expect(Self.templates.count > 80)
        for template in Set(Self.templates) where French.sentences[template] == nil {
            Issue.record("no French for: \(template)")
        }
    }

    @Test func `It has every sentence that a task ends with`() {
        #expect(Self.reasons.count > 25)
        // Put together of pieces, each of whose outcomes the table has.
        let pieced = "The {0} encrypted (copy protection, DRM: {1}). Upload a copy without copy protection."
        for template in Set(Self.reasons).subtracting([pieced])
        where French.sentences[template] == nil {
            Issue.record("no French for: \(template)")
        }
    }

    @Test(
        "A stored sentence is said in French, or as it is where the table lacks it",
        arguments: [
            ("hevc cannot be decoded.", "hevc ne peut pas être décodé."),
            ("The lesson was deleted.", "La leçon a été supprimée."),
            // Of two that fit, the one that says more.
            (
                "The recording becomes another one on the way. Of that part: vp9 cannot be decoded.",
                "L’enregistrement en devient un autre en chemin. De cette partie : vp9 cannot be decoded."
            ),
            (
                "The recording becomes another one on the way. Of that part: The file is empty.",
                "L’enregistrement en devient un autre en chemin. De cette partie : Le fichier est vide."
            ),
            ("Nobody knows this sentence.", "Nobody knows this sentence."),
        ])
    func stored(english: String, french: String) {
        #expect(French.text(of: english) == french)
    }

    @Test func `It puts in what the English sentence puts in`() {
        for (english, french) in French.sentences {
            let numbers = (0..<3).filter { english.contains("{\($0)}") }
            #expect(numbers == (0..<3).filter { french.contains("{\($0)}") }, "\(english)")
        }
    }

    @Test func `A sentence is filled in, also by phrases of the table`() {
        let name = "rel"
        let missing: Message = "\(name) is missing."
        #expect("\(missing)" == "rel is missing." && missing.text(by: French.sentences) == "rel manque.")
        let reason = "it has no exp"
        let malformed: Message = "The token is malformed: \(reason)."
        #expect(malformed.text(by: French.sentences) == "Le jeton est mal formé : il n’a pas d’exp.")
        let unknown: Message = "Nobody says \(name) in French."
        #expect(unknown.text(by: French.sentences) == "Nobody says rel in French.")
        // What is put in is no template itself.
        let braces = "{0} {1} {"
        let tricky: Message = "\(braces) is missing."
        #expect(
            tricky.text(by: French.sentences) == "{0} {1} { manque." && "\(tricky)" == "{0} {1} { is missing."
        )
    }

    @Test(
        "A sentence of another process is found by what it says, and what was put in stays",
        arguments: [
            (
                "This is not a video file that can be read: MP4, MKV are accepted.",
                "Ce n’est pas un fichier vidéo qui puisse être lu ; sont acceptés : MP4, MKV."
            ),
            ("The picture is too large: 20 × 30 pixels.", "L’image est trop grande : 20 × 30 pixels."),
            ("The file is empty.", "Le fichier est vide."),
            // Of two that begin alike, the one that ends alike.
            (
                "There is no video in this file that can be decoded: its codec is avs3.",
                "Ce fichier ne contient pas de vidéo qui puisse être décodée : son codec est avs3."
            ),
            ("The file is empty. Or not.", "The file is empty. Or not."),
            ("The picture is too large: 20 pixels.", "The picture is too large: 20 pixels."),
            ("", ""),
        ])
    func retold(english: String, french: String) {
        let message = Message(english, among: French.files.keys)
        #expect("\(message)" == english && message.text(by: French.sentences) == french)
    }
}
