#pragma once
#include <sqlite3.h>

// A macro around a cast, which Swift cannot import: SQLite copies the bytes before bind returns.
static inline sqlite3_destructor_type focust_sqlite_transient(void) { return SQLITE_TRANSIENT; }
