package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"strings"
)

// postgresMigrations bring the tables from one version to the next, the first
// from nothing to 1, statement by statement. What has been released is never
// changed: a further one is added. Programs of the former version go on while
// it happens and after, so what they call stays callable.
//
// {p} is the prefix with the schema in front, {n} without, for the names of
// indexes, and {q} with, inside a string; {seed} sets the locks of this store apart from those of others.
func postgresMigrations() [][]string {
	return [][]string{{
		`CREATE SEQUENCE {p}revision`,
		`CREATE TABLE {p}rows (
			key text COLLATE "C" NOT NULL PRIMARY KEY,
			revision bigint NOT NULL,
			shard integer NOT NULL,
			due bigint,
			data bytea NOT NULL
		) WITH (fillfactor = 80)`,
		`CREATE INDEX {n}rows_due ON {p}rows (shard, due, key) WHERE due IS NOT NULL`,

		// size: of the data when unpacked; 0 for data that are not packed. What
		// is packed need not be compressed again, and stays in the row: out of
		// line each entry would cost twice as much.
		`CREATE TABLE {p}journal (
			key text COLLATE "C" NOT NULL,
			seq bigint NOT NULL,
			at bigint NOT NULL,
			size integer NOT NULL,
			data bytea NOT NULL,
			PRIMARY KEY (key, seq)
		) WITH (toast_tuple_target = 8160)`,
		// How far it was handled. prune: the time of the oldest entry that may
		// go, but for the one that backlog.prune tells of.
		`CREATE TABLE {p}offsets (
			key text COLLATE "C" NOT NULL PRIMARY KEY,
			shard integer NOT NULL,
			handled bigint NOT NULL,
			prune bigint
		) WITH (fillfactor = 80)`,
		`CREATE INDEX {n}offsets_prune ON {p}offsets (prune, key) WHERE prune IS NOT NULL`,
		// The keys with entries that have not been handled. prune: the time of
		// the entry that was the tail, and handled, when the backlog began; it
		// may go, and this is not noted in offsets because that would rewrite a
		// row for every notification.
		`CREATE TABLE {p}backlog (
			shard integer NOT NULL,
			key text COLLATE "C" NOT NULL,
			prune bigint,
			PRIMARY KEY (shard, key)
		) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`,
		`CREATE TABLE {p}parked (
			key text COLLATE "C" NOT NULL,
			seq bigint NOT NULL,
			event bigint NOT NULL,
			at bigint NOT NULL,
			attempts bigint NOT NULL,
			reason bytea NOT NULL,
			data bytea NOT NULL,
			PRIMARY KEY (key, seq, event)
		)`,
		postgresAppend, postgresAdvance, postgresPrune, postgresDelete,
	}}
}

// What changes a journal is done by functions: in one round trip, so that a
// process that stands still holds no lock; with the key's lock, which lasts to
// the end of the transaction; and with a view of the tables from after that,
// because in READ COMMITTED each statement of a function has its own. Locks are
// taken in one order. The settings keep plans that were made while the tables
// were small from being kept; those that cannot do without a scan would look
// so expensive then that they were compiled. To plan takes longer than to do.
const functionSettings = ` LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
	SET plan_cache_mode = force_generic_plan
	AS $body$`

const postgresLock = `
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'transaction_isolation is %, must be read committed', current_setting('transaction_isolation')
			USING ERRCODE = 'feature_not_supported';
	END IF;
	PERFORM pg_advisory_xact_lock(l.lock) FROM (
		SELECT DISTINCT hashtextextended(k.key, {seed}) AS lock FROM unnest(the_keys) AS k (key) ORDER BY 1
	) AS l;
`

// It returns the positions, from 1, of the entries that were appended; the
// others are conflicts. All keys are different.
const postgresAppend = `CREATE FUNCTION {p}append(
	the_keys text[], the_seqs bigint[], the_ats bigint[], the_shards integer[],
	the_sizes integer[], the_starts integer[], the_lengths integer[], the_data bytea
) RETURNS SETOF bigint` + functionSettings + `
BEGIN` + postgresLock + `
	RETURN QUERY
	WITH fit AS (
		SELECT i.*, t.at AS former
		FROM unnest(the_keys, the_seqs, the_ats, the_shards, the_sizes, the_starts, the_lengths)
			WITH ORDINALITY AS i (key, seq, at, shard, size, start, length, n)
		LEFT JOIN LATERAL (
			SELECT j.seq, j.at FROM {p}journal j WHERE j.key = i.key ORDER BY j.seq DESC LIMIT 1
		) t ON true
		WHERE i.seq = coalesce(t.seq, 0) + 1
	), appended AS (
		INSERT INTO {p}journal (key, seq, at, size, data)
		SELECT f.key, f.seq, f.at, f.size, substring(the_data FROM f.start FOR f.length) FROM fit f
	), waiting AS (
		INSERT INTO {p}backlog (shard, key, prune)
		SELECT f.shard, f.key, f.former FROM fit f
		ON CONFLICT (shard, key) DO NOTHING
	)
	SELECT f.n FROM fit f;
END $body$`

const postgresAdvance = `CREATE FUNCTION {p}advance(
	the_keys text[], the_seqs bigint[], the_shards integer[]
) RETURNS void` + functionSettings + `
BEGIN` + postgresLock + `	WITH input AS (
		SELECT i.key, i.shard, i.seq,
			(SELECT max(j.seq) FROM {p}journal j WHERE j.key = i.key) AS tail,
			coalesce((SELECT o.handled FROM {p}offsets o WHERE o.key = i.key), 0) AS handled,
			(SELECT b.prune FROM {p}backlog b WHERE b.shard = i.shard AND b.key = i.key) AS former
		FROM unnest(the_keys, the_seqs, the_shards) AS i (key, seq, shard)
	), moved AS (
		SELECT i.key, i.shard, i.tail, i.handled, i.former, max(i.seq) AS seq
		FROM input i WHERE i.seq > i.handled AND i.seq <= i.tail
		GROUP BY i.key, i.shard, i.tail, i.handled, i.former
	), stored AS (
		INSERT INTO {p}offsets AS o (key, shard, handled, prune)
		SELECT m.key, m.shard, m.seq, least(m.former, (
			SELECT min(j.at) FROM {p}journal j
			WHERE j.key = m.key AND j.seq > m.handled AND j.seq <= least(m.seq, m.tail - 1)))
		FROM moved m ORDER BY m.key
		ON CONFLICT (key) DO UPDATE SET handled = excluded.handled, prune = least(o.prune, excluded.prune)
	), done AS (
		DELETE FROM {p}backlog b USING moved m WHERE b.shard = m.shard AND b.key = m.key AND m.seq = m.tail
	)
	UPDATE {p}backlog b SET prune = NULL FROM moved m
	WHERE b.shard = m.shard AND b.key = m.key AND m.seq < m.tail AND b.prune IS NOT NULL;
END $body$`

// It removes up to the_limit entries of as many keys at most, and reports
// whether there may be more.
const postgresPrune = `CREATE FUNCTION {p}prune(
	the_time bigint, the_limit bigint, OUT removed bigint, OUT more boolean
)` + functionSettings + `
DECLARE
	the_keys text[];
	one record;
	last bigint;
	n bigint;
BEGIN
	SELECT array_agg(c.key) INTO the_keys FROM (
		(SELECT o.key FROM {p}offsets o WHERE o.prune < the_time ORDER BY o.prune, o.key LIMIT the_limit)
		UNION
		(SELECT b.key FROM {p}backlog b WHERE b.prune < the_time LIMIT the_limit)
		LIMIT the_limit
	) AS c;
	removed := 0;
	more := coalesce(cardinality(the_keys), 0) >= the_limit;
` + postgresLock + `	FOR one IN
		SELECT k.key, o.shard, o.handled, (SELECT max(j.seq) FROM {p}journal j WHERE j.key = k.key) AS tail
		FROM unnest(the_keys) AS k (key) JOIN {p}offsets o ON o.key = k.key
	LOOP
		last := least(one.handled, one.tail - 1);
		DELETE FROM {p}journal d WHERE d.key = one.key AND d.seq = ANY (ARRAY(
			SELECT j.seq FROM {p}journal j WHERE j.key = one.key AND j.seq <= last AND j.at < the_time
			ORDER BY j.seq LIMIT the_limit - removed));
		GET DIAGNOSTICS n = ROW_COUNT;
		removed := removed + n;
		IF removed = the_limit THEN
			more := true;
			EXIT;
		END IF;
		UPDATE {p}offsets o SET prune = (
			SELECT min(j.at) FROM {p}journal j WHERE j.key = one.key AND j.seq <= last
		) WHERE o.key = one.key;
		UPDATE {p}backlog b SET prune = NULL WHERE b.shard = one.shard AND b.key = one.key AND b.prune IS NOT NULL;
	END LOOP;
END $body$`

const postgresDelete = `CREATE FUNCTION {p}delete(
	the_key text, the_shard integer, the_revision bigint
) RETURNS boolean` + functionSettings + `
DECLARE
	the_keys text[] := ARRAY[the_key];
BEGIN` + postgresLock + `	IF the_revision = 0 THEN
		IF EXISTS (SELECT FROM {p}rows r WHERE r.key = the_key) THEN
			RETURN false;
		END IF;
	ELSE
		DELETE FROM {p}rows r WHERE r.key = the_key AND r.revision = the_revision;
		IF NOT FOUND THEN
			RETURN false;
		END IF;
	END IF;
	DELETE FROM {p}journal j WHERE j.key = the_key;
	DELETE FROM {p}offsets o WHERE o.key = the_key;
	DELETE FROM {p}backlog b WHERE b.shard = the_shard AND b.key = the_key;
	DELETE FROM {p}parked p WHERE p.key = the_key;
	RETURN true;
END $body$`

// postgresNames fills in the names.
func postgresNames(schema, prefix string) *strings.Replacer {
	h := fnv.New64a()
	_, _ = h.Write([]byte(schema + "." + prefix))
	qualified := quoteIdentifier(schema) + "." + prefix
	return strings.NewReplacer(
		"{p}", qualified,
		"{q}", strings.ReplaceAll(qualified, "'", "''"),
		"{n}", prefix,
		"{seed}", fmt.Sprintf("(%d)::bigint", int64(h.Sum64())), //nolint:gosec // G115: any number will do
	)
}

func quoteIdentifier(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// migrate brings the tables up to date; of several processes that do so at a
// time the others wait.
func (s *postgres) migrate(ctx context.Context) (err error) {
	tx, err := s.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	if _, err := tx.ExecContext(ctx, s.names.Replace("SELECT pg_advisory_xact_lock({seed})")); err != nil {
		return err
	}
	if s.opts.Schema != "" {
		// Not IF NOT EXISTS alone: that needs the right to make one.
		var exists bool
		err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)", s.schema).Scan(&exists)
		if err != nil {
			return err
		}
		if !exists {
			if _, err := tx.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+quoteIdentifier(s.schema)); err != nil {
				return err
			}
		}
	}
	var made bool
	err = tx.QueryRowContext(ctx, "SELECT to_regclass($1) IS NOT NULL", s.names.Replace("{p}version")).Scan(&made)
	if err != nil {
		return err
	}
	if err := migrate(ctx, tx, s.names, made, postgresMigrations()); err != nil {
		return err
	}
	return tx.Commit()
}
