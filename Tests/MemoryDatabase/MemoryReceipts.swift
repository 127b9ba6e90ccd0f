import Database
import Domain

/// The receipts in memory.
struct MemoryReceipts: Receipts {
    let database: MemoryDatabase

    func receipt(_ id: String, now: Timestamp) throws(DatabaseError) -> Receipt? {
        try database.read { $0.receipts.first { $0.id == id && $0.expiresAt > now } }
    }

    func add(_ receipt: Receipt, now: Timestamp) throws(DatabaseError) -> Bool {
        try database.change { (state) throws(DatabaseError) in state.add(receipt, now) }
    }

    func prune(now: Timestamp) throws(DatabaseError) -> Int {
        try database.change { (state) throws(DatabaseError) in
            let before = state.receipts.count
            state.receipts.removeAll { $0.expiresAt <= now }
            return before - state.receipts.count
        }
    }
}

extension MemoryState {
    /// False where there is one of its id.
    mutating func add(_ receipt: Receipt, _ now: Timestamp) -> Bool {
        receipts.removeAll { $0.id == receipt.id && $0.expiresAt <= now }
        guard !receipts.contains(where: { $0.id == receipt.id }) else { return false }
        receipts = (receipts + [receipt]).suffix(QueueRules.maxReceipts)
        return true
    }
}
