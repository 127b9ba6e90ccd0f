import Database
import Domain

extension SQLiteJobQueue {
    func job(_ id: TaskID) throws(DatabaseError) -> Job? {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.byID).first([.text(id.value)], Job.init(row:))
        }
    }

    func latest(_ location: LessonLocation) throws(DatabaseError) -> Job? {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.newest).first(
                [.text(location.description), .text(JobKind.conversion.rawValue)], Job.init(row:))
        }
    }

    func withLatest(_ location: LessonLocation, _ body: (Job?) throws -> Void) throws {
        try database.writeUntyped { connection in
            try body(
                connection.prepared(Self.newest).first(
                    [.text(location.description), .text(JobKind.conversion.rawValue)], Job.init(row:)))
        }
    }

    func latest(of locations: [LessonLocation]) throws(DatabaseError) -> [LessonLocation: Job] {
        try newest(.conversion, of: locations)
    }

    func renditions(of locations: [LessonLocation]) throws(DatabaseError) -> [LessonLocation: Job] {
        try newest(.renditions, of: locations)
    }

    private func newest(
        _ kind: JobKind, of locations: [LessonLocation]
    ) throws(DatabaseError) -> [LessonLocation: Job] {
        try database.read { (connection) throws(DatabaseError) in
            var found: [LessonLocation: Job] = [:]
            for location in locations {
                found[location] = try connection.prepared(Self.newest)
                    .first([.text(location.description), .text(kind.rawValue)], Job.init(row:))
            }
            return found
        }
    }

    func list(
        location: LessonLocation?, status: JobStatus?, after: TaskID?, limit: Int
    ) throws(DatabaseError) -> [Job]? {
        var conditions = ["kind = 'conversion'"]
        var values: [Value] = [.integer(max(limit, 0))]
        for (column, text) in [("rel", location?.description), ("status", status?.rawValue)] {
            guard let text else { continue }
            values.append(.text(text))
            conditions.append("\(column) = ?\(values.count)")
        }
        if let after {
            guard let place = try place(of: after) else { return nil }
            values.append(.integer(place))
            conditions.append("seq < ?\(values.count)")
        }
        let filter = conditions.joined(separator: " AND ")
        let sql = "SELECT \(Job.columns) FROM job WHERE \(filter) ORDER BY seq DESC LIMIT ?1"
        return try database.read { [values] (connection) throws(DatabaseError) in
            try connection.prepared(sql).all(values, Job.init(row:))
        }
    }

    /// Its number in the order of arrival; nil where there is no such job.
    private func place(of id: TaskID) throws(DatabaseError) -> Int64? {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared("SELECT seq FROM job WHERE id = ?1").first([.text(id.value)]) { (row) in
                row.integer64(0)
            }
        }
    }

    func locations(after: String, before end: String, limit: Int) throws(DatabaseError) -> [LessonLocation] {
        try database.read { (connection) throws(DatabaseError) in
            try connection.prepared(Self.places)
                .all([.text(after), .text(end), .integer(limit)]) { (row) in LessonLocation(row.text(0)) }
                .compactMap(\.self)
        }
    }

    static let places = """
        SELECT DISTINCT rel FROM job INDEXED BY job_location
        WHERE rel > ?1 AND rel < ?2 AND kind = 'conversion' AND withdrawn = 0 ORDER BY rel LIMIT ?3
        """

    static let byID = "SELECT \(Job.columns) FROM job WHERE id = ?1"

    static let newest = """
        SELECT \(Job.columns) FROM job WHERE rel = ?1 AND kind = ?2 AND withdrawn = 0 ORDER BY seq DESC LIMIT 1
        """
}
