package sqlstore

// functionSettings come after what a function takes and returns.
//
// Plans are made to read what is wanted by the one index that has it in order,
// whatever the planner believes of tables that were empty a minute ago; a plan
// that cannot do without what was forbidden would look so expensive then that
// it would be compiled. And they are kept: to plan takes longer than to do.
const functionSettings = ` LANGUAGE plpgsql VOLATILE
	SET search_path = pg_catalog, pg_temp
	SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off
	SET enable_hashjoin = off SET enable_mergejoin = off
	SET jit = off SET plan_cache_mode = force_generic_plan
	AS $body$`

// Of each shard those due first, read from the index alone; of all these those
// due first.
const postgresDue = `CREATE FUNCTION {p}due(
	the_shards bigint, the_time bigint, the_limit bigint
) RETURNS SETOF {p}rows` + functionSettings + `
BEGIN
	RETURN QUERY
	SELECT r.* FROM (
		SELECT d.key, d.due FROM generate_series(0, 63) AS s (shard) CROSS JOIN LATERAL (
			SELECT i.key, i.due FROM {p}rows i
			WHERE i.shard = s.shard AND i.due IS NOT NULL AND i.due <= the_time
			ORDER BY i.due, i.key LIMIT the_limit
		) d
		WHERE (the_shards >> s.shard) & 1 = 1
		ORDER BY d.due, d.key LIMIT the_limit
	) f CROSS JOIN LATERAL (SELECT * FROM {p}rows w WHERE w.key = f.key LIMIT 1) r
	ORDER BY r.due, r.key;
END $body$`

const postgresBacklog = `CREATE FUNCTION {p}backlog(
	the_shards bigint, after text, the_limit bigint
) RETURNS TABLE (found_key text, found_shard integer, found_offset bigint, found_tail bigint)` + functionSettings + `
BEGIN
	RETURN QUERY
	SELECT f.key, f.shard,
		coalesce((SELECT o.handled FROM {p}offsets o WHERE o.key = f.key), 0),
		(SELECT max(j.seq) FROM {p}journal j WHERE j.key = f.key)
	FROM (
		SELECT b.shard, b.key FROM generate_series(0, 63) AS s (shard) CROSS JOIN LATERAL (
			SELECT i.shard, i.key FROM {p}backlog i
			WHERE i.shard = s.shard AND i.key > after
			ORDER BY i.key LIMIT the_limit
		) b
		WHERE (the_shards >> s.shard) & 1 = 1
		ORDER BY b.key LIMIT the_limit
	) f
	ORDER BY f.key;
END $body$`

// What changes a journal is done by functions: in one round trip, so that a
// process that stands still holds no lock; with the key's lock, which lasts to
// the end of the transaction; and with a view of the tables from after that,
// because in READ COMMITTED each statement of a function has its own. Locks are
// taken in one order, that of the_keys, which are sorted: to sort them here and
// take out what is there twice took longer than to take the locks.
const postgresLock = `
	IF current_setting('transaction_isolation') <> 'read committed' THEN
		RAISE EXCEPTION 'transaction_isolation is %, must be read committed', current_setting('transaction_isolation')
			USING ERRCODE = 'feature_not_supported';
	END IF;
	PERFORM pg_advisory_xact_lock(hashtextextended(k.key, {seed})) FROM unnest(the_keys) AS k (key);
`

// It returns NULL if all entries were appended, as they nearly always are; else
// the positions, from 1, of those that were. The others are conflicts. The keys
// are sorted, and all different. Of each entry the_numbers has seq, at, shard,
// size, and where in the_data its own begin, from 1, and how long they are: one
// array is read in half the time that six take. Only a tail that fits, or is
// beyond, is looked for: a scan for any tail compares all of the key's entries
// on the page, which took half of the time of the whole.
const postgresAppend = `CREATE FUNCTION {p}append(
	the_keys text[], the_numbers bigint[], the_data bytea
) RETURNS bigint[]` + functionSettings + `
DECLARE
	done bigint[];
BEGIN` + postgresLock + `
	WITH fit AS (
		SELECT i.key, i.n, the_numbers[i.n * 6 - 5] AS seq, t.at AS former
		FROM unnest(the_keys) WITH ORDINALITY AS i (key, n)
		LEFT JOIN LATERAL (
			SELECT j.seq, j.at FROM {p}journal j
			WHERE j.key = i.key AND j.seq >= the_numbers[i.n * 6 - 5] - 1 ORDER BY j.seq DESC LIMIT 1
		) t ON true
		WHERE the_numbers[i.n * 6 - 5] = coalesce(t.seq, 0) + 1
	), appended AS (
		INSERT INTO {p}journal (key, seq, at, size, data)
		SELECT f.key, f.seq, the_numbers[f.n * 6 - 4], the_numbers[f.n * 6 - 2],
			substring(the_data FROM the_numbers[f.n * 6 - 1]::integer FOR the_numbers[f.n * 6]::integer)
		FROM fit f
	), waiting AS (
		INSERT INTO {p}backlog (shard, key, prune)
		SELECT the_numbers[f.n * 6 - 3], f.key, f.former FROM fit f
		ON CONFLICT (shard, key) DO NOTHING
	)
	SELECT coalesce(array_agg(f.n), '{}') INTO done FROM fit f;
	RETURN CASE WHEN cardinality(done) < cardinality(the_keys) THEN done END;
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
	SELECT array_agg(c.key ORDER BY c.key) INTO the_keys FROM (
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
