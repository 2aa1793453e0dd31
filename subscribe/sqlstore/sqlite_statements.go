package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
)

// sqliteStatements are prepared once; database/sql prepares them again on each
// connection that it uses them on.
type sqliteStatements struct {
	// lock takes the write lock and changes nothing.
	lock *sql.Stmt
	// position tells of log how far it is folded and which id is the last one.
	position, unfolded *sql.Stmt

	get, list, due, firstDue, lastRevision, makeRow, changeRow, deleteRow, revision, countRevision *sql.Stmt

	log                                many
	entry, tail, read, offset, tailSeq *sql.Stmt

	index, settle, addBacklog many
	folded                    *sql.Stmt

	backlog             *sql.Stmt
	handle, dropBacklog many

	prunable, pruneLog, pruneEntries, setPrune *sql.Stmt

	deleteLog, deleteEntries, deleteOffset, deleteParked, deleteBacklog *sql.Stmt

	park, parked, unpark *sql.Stmt
}

// selectedShards is a table of the shards whose bits are set in ?1.
const selectedShards = `
WITH RECURSIVE shards (shard) AS (
	SELECT 0 UNION ALL SELECT shard + 1 FROM shards WHERE shard < 63
)
`

func (q *sqliteStatements) prepare(ctx context.Context, db *sql.DB, prefix string) error {
	name := sqliteNames(prefix)
	for _, st := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&q.lock, `UPDATE {p}state SET one = one WHERE one = 0`},
		{&q.position, `SELECT folded, (SELECT max(id) FROM {p}log) FROM {p}state`},
		// What of log is neither folded nor up to id ?1; one row at least.
		{&q.unfolded, `SELECT s.folded, l.id, l.key, l.seq, l.at FROM {p}state s
			LEFT JOIN {p}log l ON l.id > max(?1, s.folded) ORDER BY l.id`},

		{&q.get, `SELECT key, revision, shard, due, data FROM {p}rows WHERE key = ?1`},
		{&q.list, `SELECT key, revision, shard, due, data FROM {p}rows WHERE key > ?1 ORDER BY key LIMIT ?2`},
		// Of each shard those due first, read from the index alone; of all these
		// those due first. An expression that is a constant for the planner, such
		// as now, must not tempt it to another index.
		{&q.due, selectedShards + `
			SELECT r.key, r.revision, r.shard, r.due, r.data FROM {p}rows r WHERE r.rowid IN (
				SELECT d.rowid FROM shards CROSS JOIN {p}rows d ON d.rowid IN (
					SELECT i.rowid FROM {p}rows i INDEXED BY {p}rows_due
					WHERE i.shard = shards.shard AND i.due IS NOT NULL AND i.due <= ?2
					ORDER BY i.due, i.key LIMIT ?3)
				WHERE ?1 >> shards.shard & 1
				ORDER BY d.due, d.key LIMIT ?3)
			ORDER BY r.due, r.key`},
		{&q.firstDue, selectedShards + `
			SELECT min((SELECT min(i.due) FROM {p}rows i INDEXED BY {p}rows_due
				WHERE i.shard = shards.shard AND i.due IS NOT NULL))
			FROM shards WHERE ?1 >> shards.shard & 1`},
		{&q.lastRevision, `SELECT revision FROM {p}state`},
		{&q.makeRow, `INSERT INTO {p}rows (key, revision, shard, due, data) VALUES (?1, ?2, ?3, ?4, ?5)`},
		{&q.changeRow, `UPDATE {p}rows SET revision = ?2, shard = ?3, due = ?4, data = ?5 WHERE key = ?1`},
		{&q.deleteRow, `DELETE FROM {p}rows WHERE key = ?1`},
		{&q.revision, `SELECT revision FROM {p}rows WHERE key = ?1`},
		// Only if row ?1 has revision ?2, or 0 and is not there.
		{&q.countRevision, `UPDATE {p}state SET revision = revision + 1
			WHERE coalesce((SELECT r.revision FROM {p}rows r WHERE r.key = ?1), 0) = ?2 RETURNING revision`},

		{&q.entry, `SELECT key, seq, at, size, data FROM {p}log WHERE id = ?1`},
		// The row of log with id ?1, or, if that is NULL, the tail of key ?2 as
		// far as log is folded; with the position as in the statement above.
		{&q.tail, `SELECT s.folded, (SELECT max(id) FROM {p}log), l.seq, l.at, l.size, l.data
			FROM {p}state s LEFT JOIN {p}log l ON l.id = coalesce(?1,
				(SELECT e.id FROM {p}entries e WHERE e.key = ?2 ORDER BY e.seq DESC LIMIT 1))`},
		{&q.read, `SELECT e.key, e.seq, e.at, l.size, l.data FROM {p}entries e CROSS JOIN {p}log l ON l.id = e.id
			WHERE e.key = ?1 AND e.seq > ?2 ORDER BY e.seq LIMIT ?3`},
		{&q.offset, `SELECT handled FROM {p}offsets WHERE key = ?1`},
		{&q.tailSeq, `SELECT max(seq) FROM {p}entries WHERE key = ?1`},

		{&q.folded, `UPDATE {p}state SET folded = ?1`},

		{&q.backlog, selectedShards + `, found (shard, key) AS (
				SELECT b.shard, b.key FROM shards CROSS JOIN {p}backlog b
				ON b.shard = shards.shard AND b.key IN (
					SELECT i.key FROM {p}backlog i WHERE i.shard = shards.shard AND i.key > ?2
					ORDER BY i.key LIMIT ?3)
				WHERE ?1 >> shards.shard & 1
				ORDER BY b.key LIMIT ?3)
			SELECT f.key, f.shard, coalesce((SELECT handled FROM {p}offsets o WHERE o.key = f.key), 0),
				(SELECT max(e.seq) FROM {p}entries e WHERE e.key = f.key)
			FROM found f ORDER BY f.key`},

		{&q.prunable, `SELECT key, handled FROM {p}offsets WHERE prune < ?1 ORDER BY prune, key LIMIT ?2`},
		{&q.pruneLog, `DELETE FROM {p}log WHERE id IN (
				SELECT id FROM {p}entries WHERE key = ?1 AND seq <= ?2 AND at < ?3 ORDER BY seq LIMIT ?4)`},
		{&q.pruneEntries, `DELETE FROM {p}entries WHERE key = ?1 AND seq IN (
				SELECT seq FROM {p}entries WHERE key = ?1 AND seq <= ?2 AND at < ?3 ORDER BY seq LIMIT ?4)`},
		{&q.setPrune, `UPDATE {p}offsets SET prune =
				(SELECT min(at) FROM {p}entries WHERE key = ?1 AND seq <= ?2) WHERE key = ?1`},

		{&q.deleteLog, `DELETE FROM {p}log WHERE id IN (SELECT id FROM {p}entries WHERE key = ?1)`},
		{&q.deleteEntries, `DELETE FROM {p}entries WHERE key = ?1`},
		{&q.deleteOffset, `DELETE FROM {p}offsets WHERE key = ?1`},
		{&q.deleteParked, `DELETE FROM {p}parked WHERE key = ?1`},
		{&q.deleteBacklog, `DELETE FROM {p}backlog WHERE shard = ?1 AND key = ?2`},

		{&q.park, `INSERT INTO {p}parked (key, seq, event, at, attempts, reason, data)
			VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
			ON CONFLICT (key, seq, event) DO UPDATE SET
				at = excluded.at, attempts = excluded.attempts, reason = excluded.reason, data = excluded.data`},
		{&q.parked, `SELECT key, seq, event, at, attempts, reason, data FROM {p}parked
			WHERE (key, seq, event) > (?1, ?2, ?3) ORDER BY key, seq, event LIMIT ?4`},
		{&q.unpark, `DELETE FROM {p}parked WHERE key = ?1 AND seq = ?2 AND event = ?3`},
	} {
		stmt, err := db.PrepareContext(ctx, name.Replace(st.text)) //nolint:sqlclosecheck // lives as long as db
		if err != nil {
			return fmt.Errorf("%s: %w", name.Replace(st.text), err)
		}
		*st.stmt = stmt
	}
	for _, st := range []struct {
		many    *many
		columns int
		text    string
	}{
		{&q.log, 6, `INSERT INTO {p}log (id, key, seq, at, size, data) VALUES {rows}`},

		{&q.index, 4, `INSERT INTO {p}entries (key, seq, id, at) VALUES {rows}`},
		// The entry former, if it has been handled, is not the tail any longer: it
		// may be pruned.
		{&q.settle, 3, `UPDATE {p}offsets SET prune = min(coalesce(prune, x.at), x.at)
			FROM (WITH k (shard, key, former) AS (VALUES {rows})
				SELECT e.key, e.seq, e.at FROM k CROSS JOIN {p}entries e ON e.key = k.key AND e.seq = k.former) x
			WHERE {p}offsets.key = x.key AND {p}offsets.handled >= x.seq`},
		// If it has been handled, or there is none, the key had no backlog.
		{&q.addBacklog, 3, `WITH k (shard, key, former) AS (VALUES {rows})
			INSERT INTO {p}backlog (shard, key) SELECT k.shard, k.key FROM k
			WHERE k.former <= coalesce((SELECT o.handled FROM {p}offsets o WHERE o.key = k.key), 0)`},

		// No key twice.
		{&q.handle, 3, `WITH k (shard, key, seq) AS (VALUES {rows}),
			f AS MATERIALIZED (SELECT k.key, k.seq,
				coalesce((SELECT o.handled FROM {p}offsets o WHERE o.key = k.key), 0) AS handled,
				(SELECT max(e.seq) FROM {p}entries e WHERE e.key = k.key) AS tail FROM k)
			INSERT INTO {p}offsets (key, handled, prune)
			SELECT f.key, f.seq, (SELECT min(e.at) FROM {p}entries e
				WHERE e.key = f.key AND e.seq > f.handled AND e.seq < f.tail AND e.seq <= f.seq)
			FROM f WHERE f.seq > f.handled AND f.seq <= f.tail
			ON CONFLICT (key) DO UPDATE SET handled = excluded.handled,
				prune = coalesce(min(prune, excluded.prune), prune, excluded.prune)`},
		{&q.dropBacklog, 3, `WITH k (shard, key, seq) AS (VALUES {rows})
			DELETE FROM {p}backlog WHERE (shard, key) IN (SELECT k.shard, k.key FROM k
				WHERE (SELECT o.handled FROM {p}offsets o WHERE o.key = k.key) =
					(SELECT max(e.seq) FROM {p}entries e WHERE e.key = k.key))`},
	} {
		st.many.columns = st.columns
		if err := st.many.prepare(ctx, db, name.Replace(st.text)); err != nil {
			return err
		}
	}
	return nil
}
