import Glibc

/// Text for the person at the terminal.
enum Console {
    /// Writes a line to standard error.
    static func error(_ line: String) {
        put(line + "\n", STDERR_FILENO)
    }

    /// Writes text to standard error as it is, without a line break.
    static func status(_ text: String) {
        put(text, STDERR_FILENO)
    }

    /// Text from elsewhere, with what could steer a terminal made visible.
    static func printable(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            default: shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// Whether a person reads standard error, rather than a file.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    private static func put(_ text: String, _ descriptor: Int32) {
        var text = text
        // There is nowhere to report that the terminal is gone.
        text.withUTF8 { _ = write(descriptor, $0.baseAddress, $0.count) }
    }
}
