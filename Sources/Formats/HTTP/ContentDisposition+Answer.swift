@_spi(_Unicode) import Swift

import Domain

extension ContentDisposition {
    /// What a browser is to do with an answer's body (RFC 6266 §4.2).
    package enum Presentation: String, Sendable {
        case attachment
        case inline
    }

    /// The header value of an answer: the name in ASCII for old clients, and `filename*` for all others where
    /// that loses something (RFC 6266 §4.3 and appendix D).
    package static func header(_ presentation: Presentation, filename: Filename) -> String {
        let fallback = asciiFallback(filename.value)
        let plain = "\(presentation.rawValue); filename=\"\(fallback)\""
        return fallback == filename.value
            ? plain : plain + "; filename*=" + ExtendedValue.encode(filename.value)
    }

    /// Accents are dropped ("Lecon 1.mp4"); what else is not ASCII, or is read in different ways by clients
    /// inside quotes (`"`, `\`, `%`), becomes `_`.
    private static func asciiFallback(_ name: String) -> String {
        var output = String.UnicodeScalarView()
        for scalar in name._nfd where scalar.properties.generalCategory != .nonspacingMark {
            let isSafe = (0x20...0x7E).contains(scalar.value) && !["\"", "\\", "%"].contains(scalar)
            output.append(isSafe ? scalar : "_")
        }
        return String(output)
    }
}
