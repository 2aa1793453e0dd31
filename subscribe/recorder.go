package subscribe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Errors of Record that are answers rather than failures.
var (
	// ErrUnsubscribe: nobody wants this subscription any more; the notification
	// must be answered Unsubscribe, which is the only way to end it.
	ErrUnsubscribe = errors.New("subscribe: the subscription is not wanted")
	// ErrUnknownGeneration: the store does not know the generation yet, so it
	// is not what it was when the generation was made. Exchange must repeat
	// the notification later.
	ErrUnknownGeneration = errors.New("subscribe: the generation is newer than the store")
)

// Recorder is the receiving half: it records notifications durably, so that
// they can be acknowledged. It talks to the store only, needs no credentials
// for Exchange, and may run in another process than the Manager, or in several.
// Its methods may be called from many goroutines.
type Recorder struct {
	store     Store
	opts      RecorderOptions
	standings *standings
	lines     sync.Pool // of *[]byte, for the Data of entries
}

// RecorderOptions are the optional settings of a Recorder.
type RecorderOptions struct {
	// Manager is the one in the same process, on the same store. It is given
	// what was recorded as it is, and need not look for it in the store. Nil
	// where there is none: the manager that runs elsewhere looks every
	// Config.SweepInterval.
	Manager *Manager
	// Recorded is called after something was recorded. It must not block.
	Recorded func()
	// Logger, nil for slog.Default().
	Logger *slog.Logger
	// Trace, nil for none.
	Trace *Trace
}

// NewRecorder returns a Recorder on the store. opts may be nil.
func NewRecorder(store Store, opts *RecorderOptions) *Recorder {
	r := &Recorder{store: store, standings: &standings{}}
	if opts != nil {
		r.opts = *opts
	}
	if r.opts.Logger == nil {
		r.opts.Logger = slog.Default()
	}
	if r.opts.Recorded == nil {
		r.opts.Recorded = func() {}
	}
	r.opts.Trace = r.opts.Trace.orEmpty()
	if r.opts.Manager != nil {
		r.standings = r.opts.Manager.standings
	}
	r.lines.New = func() any { return new([]byte) }
	return r
}

// Record records one notification. When it returns nil, the notification is
// stored as durably as the store can, and must be acknowledged; on
// ErrUnsubscribe it must be answered Unsubscribe; on any other error it must
// not be acknowledged, so that Exchange repeats it.
func (r *Recorder) Record(ctx context.Context, in *Received) error {
	err := r.record(ctx, in)
	r.opts.Trace.Recorded(RecordedInfo{
		Key: in.Key, Generation: in.Generation, Messages: len(in.Messages), Bytes: len(in.Body), Err: err,
	})
	return err
}

func (r *Recorder) record(ctx context.Context, in *Received) error {
	now := time.Now()
	known := r.standings.find(in.Key)
	if known != nil && !known.takes(in) {
		known = nil
	}
	if known != nil && now.Before(known.until) {
		if done, err := r.recordNext(ctx, in, known, now); done {
			return err
		}
		known = nil
	}
	row, err := r.store.Get(ctx, in.Key)
	if errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: no such key", ErrUnsubscribe)
	}
	if err != nil {
		return fmt.Errorf("subscribe: record: %w", err)
	}
	if known != nil && known.revision == row.Revision {
		if done, err := r.recordNext(ctx, in, known.renewed(now), now); done {
			return err
		}
	}
	return r.recordByRow(ctx, in, row, now)
}

// recordByRow records a notification with nothing known but the row.
func (r *Recorder) recordByRow(ctx context.Context, in *Received, row Row, now time.Time) error {
	s, err := decodeState(row)
	if err != nil {
		return fmt.Errorf("subscribe: record: %w", err)
	}
	if in.Generation > s.Generation {
		return ErrUnknownGeneration
	}
	sub := s.find(in.Generation)
	if sub == nil {
		return fmt.Errorf("%w: generation superseded", ErrUnsubscribe)
	}

	next := &standing{revision: row.Revision, current: sub, served: s.served(), until: now.Add(standingFor)}
	entry, err := appendRecord(ctx, r.store, in.Key, in.At, func(tail *record, seq int64) *record {
		next.tail, next.seq = follow(tail, in, sub, next.served, seq), seq
		return next.tail
	})
	if err != nil {
		return fmt.Errorf("subscribe: record: %w", err)
	}
	if entry != nil {
		r.added(entry, next.tail)
		if sub == s.Current && next.takes(in) {
			next.tail.disown()
			r.standings.note(in.Key, next, now)
		}
	}
	return r.settle(ctx, in, s)
}

// recordNext records a notification by what is known of its key. It is done
// unless that was out of date.
func (r *Recorder) recordNext(ctx context.Context, in *Received, known *standing, now time.Time) (done bool, err error) {
	next := *known
	next.seq++
	if next.tail = follow(known.tail, in, known.current, known.served, next.seq); next.tail == nil {
		return true, nil
	}
	line := r.lines.Get().(*[]byte)
	*line = next.tail.appendTo((*line)[:0])
	entry := Entry{Key: in.Key, Seq: next.seq, Shard: ShardOf(in.Key), At: in.At, Data: *line}
	if err := r.store.Append(ctx, entry); err != nil {
		// Whatever it was: what the journal looks like now is not known.
		r.standings.forget(in.Key, now)
		if errors.Is(err, ErrConflict) {
			return false, nil
		}
		return true, fmt.Errorf("subscribe: record: %w", err)
	}
	if !r.added(&entry, next.tail) && cap(*line) <= keptLine {
		r.lines.Put(line)
	}
	next.tail.disown()
	r.standings.note(in.Key, &next, now)
	return true, nil
}

// keptLine is up to which size the memory for an entry is used again.
const keptLine = 256 << 10

// added tells whom it concerns of an entry, and reports whether somebody keeps
// it.
func (r *Recorder) added(e *Entry, what *record) (kept bool) {
	if r.opts.Manager != nil {
		kept = r.opts.Manager.dispatch.offer(e, what)
	}
	r.opts.Recorded()
	return kept
}

// settle brings the row up to date where the notification changed it: not with
// every one, but with the first of a generation, and with the last.
func (r *Recorder) settle(ctx context.Context, in *Received, s *state) error {
	if m := in.serverError(); m != nil {
		verdict := verdictOnLoss(ews.ReactionTo(&ews.ResponseError{Operation: "SendNotification", ResponseMessage: *m}))
		err := updateRow(ctx, r.store, in.Key, func(s *state) (time.Time, bool) {
			return in.At, s.lose(in.Generation, verdict, in.At)
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("subscribe: record: %w", err)
		}
		r.rowChanged()
		r.opts.Logger.WarnContext(ctx, "Exchange has given up a subscription",
			"subscription", in.Key, "generation", in.Generation, "error", m.ResponseCode)
		return fmt.Errorf("%w: %w", ErrUnsubscribe, m.ResponseCode)
	}
	if s.Pending == nil || s.Pending.Generation != in.Generation {
		return nil
	}
	// The notification is safe already. If the row cannot be written now, the
	// next notification, or the manager's next look, will do it.
	confirmed := false
	err := updateRow(ctx, r.store, in.Key, func(s *state) (time.Time, bool) {
		confirmed = s.heard(in.Generation, in.At)
		return in.At, confirmed
	})
	if err != nil {
		r.opts.Logger.WarnContext(ctx, "a confirmed subscription could not be noted yet",
			"subscription", in.Key, "generation", in.Generation, "error", err)
		return nil
	}
	r.rowChanged()
	if confirmed {
		r.opts.Trace.Confirmed(ConfirmedInfo{Key: in.Key, Generation: in.Generation})
	}
	return nil
}

// rowChanged has the manager look at what is due.
func (r *Recorder) rowChanged() {
	if r.opts.Manager != nil {
		r.opts.Manager.keeper.nudge()
	}
}
