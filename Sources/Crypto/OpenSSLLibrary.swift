import CLibCrypto

/// libcrypto as it was found at run time.
package enum OpenSSLLibrary {
    /// "OpenSSL 3.0.17 1 Jul 2025" (openssl/crypto.h: OpenSSL_version).
    package static var version: String { String(cString: OpenSSL_version(OPENSSL_VERSION)) }
}
