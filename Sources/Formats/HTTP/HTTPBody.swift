/// The body of a request, read once, piece by piece.
package protocol HTTPBody: AnyObject {
    /// Fills `buffer` from its start; answers how many bytes it got, 0 at the end of what will ever come.
    func read(into buffer: inout [UInt8]) -> Int

    /// Whether the connection broke before the body was whole.
    var isBroken: Bool { get }
}
