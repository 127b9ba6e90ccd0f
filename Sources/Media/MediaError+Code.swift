import MediaProtocol

extension MediaError {
    /// The error for a code that libav returned outside of reading: a full disk is a resource, anything else ours.
    static func library(_ operation: String, _ code: Int32) -> MediaError {
        let code = LibAVCode(rawValue: code)
        let kind: Kind = code.isResource ? .resource : .internal
        return MediaError(
            kind, "The conversion could not go on: \(code).", operation: operation, code: code.forError)
    }

    /// The error for an errno of a system call.
    static func system(_ operation: String, _ number: Int32) -> MediaError {
        .library(operation, -number)
    }

    /// The error for a code that came from the bytes of the upload: the file's fault unless the machine's.
    ///
    /// "Out of memory" is the file's: libav says so of sizes that no honest file has.
    static func input(_ operation: String, _ code: Int32, _ message: String) -> MediaError {
        let code = LibAVCode(rawValue: code)
        let isMachine = code.isResource && code != .outOfMemory
        return MediaError(
            isMachine ? .resource : .unsupported, message, operation: operation, code: code.forError)
    }

    /// An allocation that libav refused.
    static func outOfMemory(_ operation: String) -> MediaError {
        .library(operation, LibAVCode.outOfMemory.rawValue)
    }
}
