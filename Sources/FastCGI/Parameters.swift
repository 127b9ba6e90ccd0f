import CFastCGI
import Formats
import Glibc

/// The parameters of the request in hand: `NAME=value` strings that libfcgi owns until the request is finished
/// (fcgiapp.h: "envp … must not be retained"), so everything kept is copied here.
struct Parameters: ~Copyable {
    private let environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

    init?(_ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        guard let environment else { return nil }
        self.environment = environment
    }

    /// The value of the parameter; nil where nginx did not send it or sent it empty.
    borrowing func value(_ name: StaticString) -> String? {
        let length = name.utf8CodeUnitCount
        var entry = environment
        while let text = entry.pointee {
            if memcmp(text, name.utf8Start, 1) == 0, strncmp(text, Self.characters(name), length) == 0,
                text[length] == CChar(bitPattern: UInt8(ascii: "="))
            {
                return text[length + 1] == 0 ? nil : String(cString: text + length + 1)
            }
            entry += 1
        }
        return nil
    }

    /// The request these parameters describe; see nginx/fastcgi.conf for what nginx passes on.
    borrowing func request() -> HTTPRequest {
        var request = HTTPRequest(
            method: value("REQUEST_METHOD") ?? "", target: value("REQUEST_URI") ?? "",
            remoteAddress: value("REMOTE_ADDR") ?? "", requestID: value("REQUEST_ID") ?? "")
        request.authorization = value("HTTP_AUTHORIZATION")
        request.referer = value("HTTP_REFERER")
        request.origin = value("HTTP_ORIGIN")
        request.contentType = value("CONTENT_TYPE")
        request.contentLength = value("CONTENT_LENGTH").flatMap { Int($0) }
        return request
    }

    private static func characters(_ name: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
