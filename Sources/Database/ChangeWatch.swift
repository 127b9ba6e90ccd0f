/// Tells cheaply whether the database has changed since the last question.
package protocol ChangeWatch: Sendable {
    /// True where anybody else, in this or another process, has committed since the last call; the first call answers
    /// true.
    func hasChanged() throws(DatabaseError) -> Bool
}
