@_spi(_Unicode) import Swift

extension Filename {
    /// The id of the video that this file becomes in the flat layout: its name up to the first dot.
    ///
    /// Where that is no id ("Leçon 1"), accents are dropped and the rest becomes `_` ("Lecon_1"), as the clients of the
    /// older interface know it. Nil where nothing is left.
    package var flatVideoID: Identifier? {
        let stem = stemBeforeFirstDot
        if let id = Identifier(stem) { return id }
        var text = ""
        for scalar in stem._nfd where scalar.properties.canonicalCombiningClass == .notReordered {
            let isPlain = scalar.isASCII && Identifier(String(scalar)) != nil
            text.unicodeScalars.append(isPlain ? scalar : "_")
        }
        while text.first == "_" { text.removeFirst() }
        return Identifier(text.prefix(Identifier.maxLength))
    }
}
