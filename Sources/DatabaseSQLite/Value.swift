import Database

/// What can be bound to a placeholder: SQLite's five storage classes.
enum Value: Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    static func integer(_ value: Int) -> Value { .integer(Int64(value)) }

    /// NULL where there is nothing.
    static func text(_ value: String?) -> Value { value.map { .text($0) } ?? .null }

    /// NULL where there is nothing.
    static func real(_ value: Double?) -> Value { value.map { .real($0) } ?? .null }

    /// NULL where there is nothing.
    static func integer(_ value: Int?) -> Value { value.map { .integer(Int64($0)) } ?? .null }
}
