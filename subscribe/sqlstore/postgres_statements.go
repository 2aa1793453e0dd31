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
		// Of each shard those due first, read from the index alone; of all these
		// those due first.
		due: r(`SELECT r.key, r.revision, r.shard, r.due, r.data FROM (
				SELECT d.key, d.due FROM generate_series(0, 63) AS s (shard) CROSS JOIN LATERAL (
					SELECT i.key, i.due FROM {p}rows i
					WHERE i.shard = s.shard AND i.due IS NOT NULL AND i.due <= $2
					ORDER BY i.due, i.key LIMIT $3) d
				WHERE ($1::bigint >> s.shard) & 1 = 1
				ORDER BY d.due, d.key LIMIT $3) f
			CROSS JOIN LATERAL (SELECT * FROM {p}rows w WHERE w.key = f.key LIMIT 1) r
			ORDER BY r.due, r.key`),
		makeRow: r(`INSERT INTO {p}rows (key, revision, shard, due, data)
			VALUES ($1, nextval('{q}revision'), $2, $3, $4) ON CONFLICT (key) DO NOTHING RETURNING revision`),
		changeRow: r(`UPDATE {p}rows SET revision = nextval('{q}revision'), shard = $2, due = $3, data = $4
			WHERE key = $1 AND revision = $5 RETURNING revision`),
		deleteKey: r(`SELECT {p}delete($1, $2, $3)`),

		append: r(`SELECT * FROM {p}append($1::text[], $2::bigint[], $3::bigint[], $4::integer[],
			$5::integer[], $6::integer[], $7::integer[], $8)`),
		tail:   r(`SELECT key, seq, at, size, data FROM {p}journal WHERE key = $1 ORDER BY seq DESC LIMIT 1`),
		read:   r(`SELECT key, seq, at, size, data FROM {p}journal WHERE key = $1 AND seq > $2 ORDER BY seq LIMIT $3`),
		offset: r(`SELECT handled FROM {p}offsets WHERE key = $1`),
		backlog: r(`SELECT f.key, f.shard,
				coalesce((SELECT o.handled FROM {p}offsets o WHERE o.key = f.key), 0),
				(SELECT max(j.seq) FROM {p}journal j WHERE j.key = f.key)
			FROM (
				SELECT b.shard, b.key FROM generate_series(0, 63) AS s (shard) CROSS JOIN LATERAL (
					SELECT i.shard, i.key FROM {p}backlog i
					WHERE i.shard = s.shard AND i.key > $2 ORDER BY i.key LIMIT $3) b
				WHERE ($1::bigint >> s.shard) & 1 = 1
				ORDER BY b.key LIMIT $3) f
			ORDER BY f.key`),
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
