package crash

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/stretchr/testify/require"
)

// world is one run: an office, the processes of an application, and what is
// done to them.
type world struct {
	t         *testing.T
	seed      uint64
	dir       string
	database  database
	office    *office
	processes []*process
	fates     *fates
	diary     *reader
	proof     *proof
	calendars map[string]string                   // key → id of the folder
	worries   []func(context.Context, *rand.Rand) // what else happens during the run, until the ctx ends
}

// roomsWatched is how many rooms there are in a run.
const roomsWatched = 12

func newWorld(t *testing.T, db database, dir string) *world {
	t.Helper()
	w := &world{t: t, seed: seed(t), dir: dir, database: db, fates: newFates(), calendars: make(map[string]string)}
	w.office = newOffice(t, roomsWatched, w.seed)
	w.proof = newProof(w.office.rooms)
	for _, r := range w.office.rooms {
		id, err := w.office.exchange.Mailbox(r.Mailbox).Folder(ews.FolderID{DistinguishedID: ews.CalendarFolder})
		require.NoError(t, err)
		w.calendars[r.Key] = id.ID
	}
	var err error
	w.diary, err = openReader(filepath.Join(dir, "diary"))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.diary.file.Close()) })
	return w
}

// workDir is where a run keeps its files.
func workDir(t *testing.T) string {
	t.Helper()
	if *crashLogs == "" {
		return t.TempDir()
	}
	dir := filepath.Join(*crashLogs, strings.ReplaceAll(t.Name(), "/", "-"))
	require.NoError(t, os.RemoveAll(dir))
	require.NoError(t, os.MkdirAll(dir, 0o700))
	return dir
}

// add adds a process of the application; it does not start it.
func (w *world) add(name string, works, receives bool) {
	p := newProcess(w.t, w.dir, role{
		Name: name, Works: works, Receives: receives,
		Database: w.database, Office: w.office.service.URL, Exchange: w.office.exchange.URL(), Callback: w.office.callback,
		Diary: filepath.Join(w.dir, "diary"), Rooms: w.office.rooms, Seed: w.seed,
	}, w.fates)
	w.processes = append(w.processes, p)
}

// run lets people work and processes die for the given time, then waits for
// peace, and judges.
func (w *world) run(d time.Duration) {
	for _, p := range w.processes {
		p.start()
	}
	w.awaitStart()
	ctx, cancel := context.WithTimeout(w.t.Context(), d)
	defer cancel()
	people := w.office.people(ctx, w.t, w.seed)
	var torments sync.WaitGroup
	for _, p := range w.processes {
		torments.Go(func() { w.torment(ctx, p, newRand(w.seed, "torment "+p.role.Name)) })
	}
	for i, worry := range append(w.worries, w.restartExchange) {
		torments.Go(func() { worry(ctx, newRand(w.seed, fmt.Sprint("worry ", i))) })
	}
	people.Wait()
	torments.Wait()

	begin := time.Now()
	w.awaitPeace()
	w.t.Logf("peace after %v", time.Since(begin).Round(100*time.Millisecond))
	for _, p := range w.processes {
		p.terminate()
	}
	w.judge()
	require.Positive(w.t, w.fates.counts["processes killed"], "nobody was killed: the run was too short")
}

// torment does to a process what can happen to one. At the end the process
// runs.
func (w *world) torment(ctx context.Context, p *process, rnd *rand.Rand) {
	between := func(least, most time.Duration) time.Duration {
		return least + time.Duration(rnd.Int64N(int64(most-least)))
	}
	alone := len(w.processes) == 1
	for sleep(ctx, between(200*time.Millisecond, 2*time.Second)) {
		switch n := rnd.IntN(10); {
		case n < 6:
			w.fates.count("processes killed")
			p.kill()
			most := lease + time.Second // the others may be faster
			if alone {
				most = 1500 * time.Millisecond
			}
			sleep(ctx, between(0, most))
			p.start()
		case n < 8 && !alone:
			w.fates.count("processes paused for longer than the lease")
			resume := p.pause()
			sleep(ctx, between(lease, 2*lease))
			resume()
		default:
			w.fates.count("processes ended in an orderly manner and started again")
			p.terminate()
			p.start()
		}
	}
}

// restartExchange lets Exchange forget all subscriptions now and then. The
// history of the mailboxes stays, so nothing is lost by it.
func (w *world) restartExchange(ctx context.Context, rnd *rand.Rand) {
	for sleep(ctx, time.Duration(3000+rnd.IntN(4000))*time.Millisecond) {
		w.fates.count("restarts of Exchange")
		w.office.exchange.Restart()
	}
}

// awaitStart waits until the application has compared every room for the first
// time, so that from then on every change must come as events.
func (w *world) awaitStart() {
	const limit = time.Minute
	deadline := time.Now().Add(limit)
	for _, r := range w.office.rooms {
		for !w.proof.rooms[r.Key].started {
			require.True(w.t, time.Now().Before(deadline), "%s: no first start after %v", r.Key, limit)
			sleep(w.t.Context(), 20*time.Millisecond)
			w.read()
		}
	}
}

// awaitPeace waits until everything has been handled and there is one
// subscription for each room, for longer than there is between two heartbeats,
// so that a subscription that nobody wants would have been ended. Whoever has
// much to make up for on a slow machine gets more time for as long as it gets
// on.
func (w *world) awaitPeace() {
	const steady, limit = 4 * time.Second, time.Minute
	begin, events := time.Now(), 0
	progress, since := begin, begin
	for time.Since(since) < steady {
		w.read()
		if n := w.proof.counts["events"]; n > events {
			progress, events = time.Now(), n
		}
		if trouble := w.trouble(); trouble != "" {
			since = time.Now()
			if since.Sub(progress) > limit || since.Sub(begin) > limit+5**crashFor {
				w.t.Errorf("no peace after %v: %s", since.Sub(begin), trouble)
				return
			}
		}
		sleep(w.t.Context(), 100*time.Millisecond)
	}
}

// trouble says what is not as it must be in the end.
func (w *world) trouble() string {
	held := make(map[string]int)
	for _, s := range w.office.exchange.Subscriptions() {
		held[s.Mailbox]++
	}
	for _, r := range w.office.rooms {
		if first, ok := w.proof.missing(r, w.office.exchange.Mailbox(r.Mailbox).Changes(), w.calendars[r.Key]); ok {
			return first
		}
		if held[r.Mailbox] != 1 {
			return r.Key + " has not got one subscription"
		}
	}
	return ""
}

func (w *world) read() {
	lines, err := w.diary.next()
	require.NoError(w.t, err)
	for _, l := range lines {
		w.proof.add(l, w.fates)
	}
}

// judge looks at everything once more, after all processes have ended.
func (w *world) judge() {
	t := w.t
	w.read()
	changes := 0
	for _, r := range w.office.rooms {
		made := w.office.exchange.Mailbox(r.Mailbox).Changes()
		changes += len(made)
		w.proof.verify(r, made, w.calendars[r.Key])
	}
	held := make(map[string]int)
	for _, s := range w.office.exchange.Subscriptions() {
		held[s.Mailbox]++
	}
	for _, r := range w.office.rooms {
		require.LessOrEqual(t, held[r.Mailbox], 1, "%s: subscriptions", r.Key)
	}
	acknowledged, answers := w.office.balancer.seen()
	checked := w.checkAcknowledged(acknowledged)
	allowed := w.proof.judgeOverlaps(w.fates)
	for i, v := range w.proof.violations {
		if i == 20 {
			t.Errorf("… and %d more", len(w.proof.violations)-i)
			break
		}
		t.Error(v)
	}
	t.Logf("seed %d: %d changes in %d rooms\n%s%8d calls beside another after a pause, which is allowed\n"+
		"%8d unfinished lines in the diary\n%8d acknowledged notifications, looked up in the journal\nanswers by HTTP status: %v\n%+v",
		w.seed, changes, len(w.office.rooms), counted(w.fates.counts, w.proof.counts), allowed,
		w.diary.torn, checked, answers, w.office.exchange.Stats())
	require.Positive(t, w.proof.counts["events"])
}

// checkAcknowledged looks each acknowledged notification up in the journal: what
// Exchange was told is safe must be there. It returns how many there are.
func (w *world) checkAcknowledged(acknowledged map[string][]digest) int {
	t := w.t
	store, db, err := w.database.open(t.Context())
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	checked := 0
	for _, r := range w.office.rooms {
		stored := make(map[digest]bool)
		for after := int64(0); ; {
			entries, err := store.Read(t.Context(), r.Key, after, 256)
			require.NoError(t, err)
			if len(entries) == 0 {
				break
			}
			for _, e := range entries {
				after = e.Seq
				_, body, _ := bytes.Cut(e.Data, []byte{'\n'}) // after a line of the recorder's own
				stored[sha256.Sum256(body)] = true
			}
		}
		for _, body := range acknowledged[r.Key] {
			checked++
			if !stored[body] {
				w.proof.violation("%s: a notification was acknowledged and is not in the journal", r.Key)
			}
		}
	}
	require.Positive(t, checked)
	return checked
}
