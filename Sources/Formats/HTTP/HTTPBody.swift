/// The body of a request, read once, piece by piece.
package protocol HTTPBody: AnyObject {
    /// Fills `buffer` from its start with `limit` bytes; answers how many it got, fewer at the end of what will ever
    /// come, and 0 behind it.
    func read(into buffer: inout [UInt8], atMost limit: Int) -> Int

    /// Fills `buffer` from its start with what is there, waiting at most `milliseconds` for the first of it; 0 as in
    /// `read`, nil where nothing came in that time.
    ///
    /// For bodies that come as slowly as a client's network: what has come is not held back until the buffer is full.
    func readSome(into buffer: inout [UInt8], waitingAtMost milliseconds: Int32) -> Int?

    /// Whether the connection broke before the body was whole.
    var isBroken: Bool { get }
}
