package sqlstore

import "strings"

// postgresStatements are texts: drivers prepare them, or not, as they were
// told.
type postgresStatements struct {
	get, list, due, makeRow, changeRow, deleteKey string
	append, tail, read, offset, backlog           string
	advance, prune                                string
	park, parked, unpark                          string
}

func newPostgresStatements(names *strings.Replacer) postgresStatements {
	r := names.Replace
	return postgresStatements{
		get:  r(`SELECT key, revision, shard, due, data FROM {p}rows WHERE key = $1`),
		list: r(`SELECT key, revision, shard, due, data FROM {p}rows WHERE key > $1 ORDER BY key LIMIT $2`),
		due:  r(`SELECT key, revision, shard, due, data FROM {p}due($1, $2, $3)`),
		makeRow: r(`INSERT INTO {p}rows (key, revision, shard, due, data)
			VALUES ($1, nextval('{q}revision'), $2, $3, $4) ON CONFLICT (key) DO NOTHING RETURNING revision`),
		changeRow: r(`UPDATE {p}rows SET revision = nextval('{q}revision'), shard = $2, due = $3, data = $4
			WHERE key = $1 AND revision = $5 RETURNING revision`),
		deleteKey: r(`SELECT {p}delete($1, $2, $3)`),

		append:  r(`SELECT array_to_string({p}append($1::text[], $2::bigint[], $3), ' ')`),
		tail:    r(`SELECT key, seq, at, size, data FROM {p}journal WHERE key = $1 ORDER BY seq DESC LIMIT 1`),
		read:    r(`SELECT key, seq, at, size, data FROM {p}journal WHERE key = $1 AND seq > $2 ORDER BY seq LIMIT $3`),
		offset:  r(`SELECT handled FROM {p}offsets WHERE key = $1`),
		backlog: r(`SELECT * FROM {p}backlog($1, $2, $3)`),
		advance: r(`SELECT {p}advance($1::text[], $2::bigint[], $3::integer[])`),
		prune:   r(`SELECT removed, more FROM {p}prune($1, $2)`),

		park: r(`INSERT INTO {p}parked (key, seq, event, at, attempts, reason, data)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (key, seq, event) DO UPDATE SET
				at = excluded.at, attempts = excluded.attempts, reason = excluded.reason, data = excluded.data`),
		parked: r(`SELECT key, seq, event, at, attempts, reason, data FROM {p}parked
			WHERE (key, seq, event) > ($1, $2, $3) ORDER BY key, seq, event LIMIT $4`),
		unpark: r(`DELETE FROM {p}parked WHERE key = $1 AND seq = $2 AND event = $3`),
	}
}
