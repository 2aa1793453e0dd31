package sqlstore

import (
	"database/sql"
	"time"
)

// Times are stored as microseconds since 1970, in UTC, rounded down: no zones,
// no rounding by the database, comparable as numbers.

func micros(t time.Time) int64 { return t.UnixMicro() }

func instant(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// bound returns the microsecond m so that stored times that are less than m are
// those before t.
func bound(t time.Time) int64 {
	m := t.UnixMicro()
	if t.Nanosecond()%1000 != 0 {
		m++
	}
	return m
}

// never is NULL: a row that is never due is in no index.
func nullable(due time.Time) sql.NullInt64 {
	if due.IsZero() {
		return sql.NullInt64{}
	}
	return sql.NullInt64{Int64: micros(due), Valid: true}
}

func dueOf(due sql.NullInt64) time.Time {
	if !due.Valid {
		return time.Time{}
	}
	return instant(due.Int64)
}

// blob makes nil data an empty value and not NULL.
func blob(data []byte) []byte {
	if data == nil {
		return []byte{}
	}
	return data
}
