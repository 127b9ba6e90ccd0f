import Database

/// The tables, one script per migration step. Times are milliseconds since 1970.
enum Schema {
    /// Conversion jobs. The partial indices keep the hot statements independent of how many finished rows lie
    /// in the table, and the two unique ones hold the rule of replacement: of one location, at most one job
    /// waits and at most one runs.
    ///
    /// `turn` orders the waiting jobs fairly, `not_before` is 0 unless the job is in its back-off,
    /// `crashes` counts leases that ran out, and `withdrawn` marks rows of a deleted lesson.
    static let jobs = """
        CREATE TABLE job (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            rel TEXT NOT NULL,
            owner TEXT NOT NULL,
            filename TEXT NOT NULL,
            source TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            success_url TEXT,
            error_url TEXT,
            status TEXT NOT NULL DEFAULT 'queued'
                CHECK (status IN ('queued', 'processing', 'completed', 'failed', 'superseded')),
            turn INTEGER NOT NULL,
            not_before INTEGER NOT NULL DEFAULT 0,
            progress REAL NOT NULL DEFAULT 0,
            duration REAL,
            plan TEXT,
            codecs TEXT,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            ended_at INTEGER,
            attempts INTEGER NOT NULL DEFAULT 0,
            crashes INTEGER NOT NULL DEFAULT 0,
            worker TEXT,
            lease_until INTEGER,
            withdrawn INTEGER NOT NULL DEFAULT 0,
            error_code TEXT,
            error_message TEXT
        ) STRICT;
        CREATE INDEX job_runnable ON job(turn) WHERE status = 'queued' AND not_before = 0;
        CREATE INDEX job_back_off ON job(not_before) WHERE status = 'queued' AND not_before > 0;
        CREATE UNIQUE INDEX job_waiting ON job(rel) WHERE status = 'queued';
        CREATE UNIQUE INDEX job_running ON job(rel) WHERE status = 'processing';
        CREATE INDEX job_lease ON job(lease_until) WHERE status = 'processing';
        CREATE INDEX job_owner_turn ON job(owner, turn) WHERE ended_at IS NULL;
        CREATE INDEX job_location ON job(rel, seq);
        CREATE INDEX job_status ON job(status, seq);
        CREATE INDEX job_ended ON job(ended_at) WHERE ended_at IS NOT NULL;
        CREATE TABLE queue_clock (id INTEGER PRIMARY KEY CHECK (id = 1), turn INTEGER NOT NULL) STRICT;
        INSERT INTO queue_clock VALUES (1, 0);
        """

    /// How large a converted video is shown, pixels.
    static let sizes = """
        ALTER TABLE job ADD COLUMN width INTEGER;
        ALTER TABLE job ADD COLUMN height INTEGER;
        """

    /// Two kinds of jobs, each with a clock of its own: of one location, at most one of each kind waits and at most one of
    /// each runs.
    static let kinds = """
        ALTER TABLE job ADD COLUMN kind TEXT NOT NULL DEFAULT 'conversion'
            CHECK (kind IN ('conversion', 'renditions'));
        ALTER TABLE job ADD COLUMN renditions TEXT;
        DROP INDEX job_runnable;
        DROP INDEX job_waiting;
        DROP INDEX job_running;
        DROP INDEX job_owner_turn;
        DROP INDEX job_location;
        DROP INDEX job_status;
        CREATE INDEX job_runnable ON job(kind, turn) WHERE status = 'queued' AND not_before = 0;
        CREATE UNIQUE INDEX job_waiting ON job(rel, kind) WHERE status = 'queued';
        CREATE UNIQUE INDEX job_running ON job(rel, kind) WHERE status = 'processing';
        CREATE INDEX job_owner_turn ON job(owner, kind, turn) WHERE ended_at IS NULL;
        CREATE INDEX job_location ON job(rel, kind, seq);
        CREATE INDEX job_status ON job(kind, status, seq);
        CREATE TABLE queue_turn (kind TEXT PRIMARY KEY, turn INTEGER NOT NULL) STRICT;
        INSERT INTO queue_turn SELECT 'conversion', turn FROM queue_clock;
        INSERT INTO queue_turn VALUES ('renditions', 0);
        DROP TABLE queue_clock;
        """

    /// AUTOINCREMENT: a number that followers have seen is never given again, even after pruning.
    static let revocations = """
        CREATE TABLE revocation (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            kind TEXT NOT NULL,
            target TEXT NOT NULL,
            revoked_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            UNIQUE (kind, target)
        ) STRICT;
        CREATE INDEX revocation_expiry ON revocation(expires_at);
        """

    /// Callbacks to send; `next_attempt` also hides a row from others while one sender has it.
    static let callbacks = """
        CREATE TABLE callback (
            id TEXT PRIMARY KEY,
            task TEXT NOT NULL REFERENCES job(id) ON DELETE CASCADE,
            url TEXT NOT NULL,
            body BLOB NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending'
                CHECK (status IN ('pending', 'delivered', 'abandoned')),
            created_at INTEGER NOT NULL,
            next_attempt INTEGER NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            sender TEXT,
            last_status INTEGER,
            last_error TEXT,
            delivered_at INTEGER
        ) STRICT;
        CREATE INDEX callback_due ON callback(next_attempt) WHERE status = 'pending';
        CREATE INDEX callback_task ON callback(task, created_at, id);
        """

    /// What requests that may be repeated were answered; `seq` says which came first.
    static let receipts = """
        CREATE TABLE receipt (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            request TEXT NOT NULL,
            answer TEXT NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX receipt_expiry ON receipt(expires_at);
        """
}
