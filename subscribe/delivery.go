package subscribe

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// delivery works off the backlog of one key: entry by entry, event by event.
type delivery struct {
	*dispatcher
	work       *keyWork
	key        string
	after      int64 // Seq of the last entry that is done with
	generation int64 // of that entry, 0 if it is not known
	mailbox    string
	log        *slog.Logger
	lastGap    int64 // Seq of the newest entry with a gap that is known of
}

func newDelivery(d *dispatcher, w *keyWork) *delivery {
	return &delivery{
		dispatcher: d, work: w, key: w.key,
		after: w.from.seq, generation: w.from.generation, mailbox: w.from.mailbox,
		log: d.cfg.Logger.With("subscription", w.key),
	}
}

// What ends a delivery, or the work on an entry, early.
var (
	errStopped = errors.New("subscribe: stopped")                     // the manager stops, or hands the shard over
	errSettled = errors.New("subscribe: covered by a gap further on") // see limit
)

// run works until the journal is worked off or ctx ends. A failure of the
// store ends it too; the next sweep starts it again.
func (d *delivery) run(ctx, work context.Context) {
	err := d.workOff(ctx, work)
	switch {
	case err == nil, errors.Is(err, errStopped), ctx.Err() != nil:
	case errors.Is(err, ErrNotFound):
		// Entries without a row: they came while the key was being deleted.
		if err := d.cfg.Store.Delete(ctx, d.key, 0); err != nil && !errors.Is(err, ErrConflict) {
			d.log.WarnContext(ctx, "the journal of a deleted subscription cannot be removed", "error", err)
		}
	default:
		d.log.ErrorContext(ctx, "events cannot be dispatched now", "error", err)
	}
}

func (d *delivery) workOff(ctx, work context.Context) error {
	if d.generation == 0 {
		_, s, err := loadRow(ctx, d.cfg.Store, d.key)
		if err != nil {
			return err
		}
		d.mailbox = s.Spec.Mailbox
	}
	for {
		o, unread := d.next(d.work, place{d.after, d.generation, d.mailbox})
		var err error
		switch {
		case o != nil:
			err = d.past(&o.entry, &o.record, d.entry(ctx, work, &o.entry, &o.record))
		case unread:
			err = d.read(ctx, work)
		default:
			return nil
		}
		switch {
		case errors.Is(err, errSettled):
			d.unread(d.work) // what was read is of no interest any more
		case err != nil:
			return err
		}
	}
}

// read works off what is in the store.
func (d *delivery) read(ctx, work context.Context) error {
	for {
		entries, err := d.cfg.Store.Read(ctx, d.key, d.after, readLimit)
		if err != nil {
			return err
		}
		for i := range entries {
			if err := d.stored(ctx, work, &entries[i]); err != nil {
				return err
			}
		}
		if len(entries) < readLimit {
			return nil
		}
	}
}

// stored hands over an entry that was read.
func (d *delivery) stored(ctx, work context.Context, e *Entry) error {
	r, err := decodeRecord(e.Data)
	if err != nil {
		r = &record{}
		err = d.damaged(ctx, work, e, err)
	} else {
		err = d.entry(ctx, work, e, r)
	}
	return d.past(e, r, err)
}

// past goes on behind an entry, if it is done with.
func (d *delivery) past(e *Entry, r *record, err error) error {
	switch {
	case err == nil:
		d.after, d.generation = e.Seq, r.Generation
		d.handled(d.key, e.Seq)
	case errors.Is(err, errSettled):
		d.after, d.generation = max(e.Seq, d.offset(d.key)), 0
	}
	return err
}

// entry hands over one entry: its gap first, then its events.
func (d *delivery) entry(ctx, work context.Context, e *Entry, r *record) error {
	if r.Undecodable {
		reason := errors.New(r.Detail)
		if err := d.park(ctx, e, -1, 0, reason); err != nil {
			return err
		}
	}
	if r.Gap != "" {
		if err := d.gap(ctx, work, e, r); err != nil {
			return err
		}
	}
	if r.Undecodable || len(r.body) == 0 {
		return nil
	}
	n, err := ews.ParseSendNotification(r.body, nil)
	if err != nil {
		return d.damaged(ctx, work, e, err)
	}
	return d.events(ctx, work, e, r, n)
}

// damaged handles an entry that could be read when it was recorded and cannot
// be now: it is set aside, and a gap stands for it.
func (d *delivery) damaged(ctx, work context.Context, e *Entry, reason error) error {
	d.log.ErrorContext(ctx, "an entry of the journal cannot be read; set aside", "entry", e.Seq, "error", reason)
	if err := d.park(ctx, e, -1, 0, reason); err != nil {
		return err
	}
	return d.gap(ctx, work, e, &record{Gap: CauseUndecodable, Detail: reason.Error()})
}

// gap hands over a gap. It is left out if a newer one waits behind it: that one
// covers it.
func (d *delivery) gap(ctx, work context.Context, e *Entry, r *record) error {
	if d.lastGap <= e.Seq {
		tail, _, err := loadTail(ctx, d.cfg.Store, d.key)
		if err != nil {
			return err
		}
		d.lastGap = tail.LastGap
	}
	if d.lastGap > e.Seq {
		return nil
	}
	g := Gap{
		ID:      gapID(d.key, e.Seq, e.At),
		Key:     d.key,
		Mailbox: d.mailbox,
		Seq:     e.Seq,
		Cause:   r.Gap,
		Detail:  r.Detail,
		At:      e.At,
	}
	for g.Attempt = 1; ; g.Attempt++ {
		info := HandledInfo{Key: d.key, EventID: g.ID, Gap: g.Cause, Attempt: g.Attempt, Lag: time.Since(e.At)}
		err := d.call(ctx, work, e, info, func(ctx context.Context) error { return d.cfg.Handler.HandleGap(ctx, g) })
		if err == nil || errors.Is(err, errStopped) || errors.Is(err, errSettled) {
			return err
		}
		d.log.WarnContext(ctx, "HandleGap failed; it will be called again", "cause", g.Cause, "attempt", g.Attempt, "error", err)
		if err := d.wait(ctx, g.Attempt); err != nil {
			return err
		}
	}
}

// events hands over the events of a notification in order. One that fails too
// often is set aside.
func (d *delivery) events(ctx, work context.Context, e *Entry, r *record, n *ews.SendNotification) error {
	for index, change := range eventsOf(n) {
		if change.Type == ews.StatusEvent {
			continue
		}
		place, generation := ParkedID{Key: d.key, Seq: e.Seq, Index: index}, r.Generation
		if r.Replay != nil {
			if r.Replay.Index >= 0 && r.Replay.Index != index {
				continue
			}
			place.Seq, generation = r.Replay.Seq, r.Replay.Generation
		}
		event := Event{
			ID:         eventID(d.key, generation, place, change),
			Key:        d.key,
			Mailbox:    d.mailbox,
			Seq:        e.Seq,
			ReceivedAt: e.At,
			Replayed:   r.Replay != nil,
			Event:      *change,
		}
		if err := d.event(ctx, work, e, index, event); err != nil {
			return err
		}
	}
	return nil
}

func (d *delivery) event(ctx, work context.Context, e *Entry, index int, event Event) error {
	for event.Attempt = 1; ; event.Attempt++ {
		info := HandledInfo{Key: d.key, EventID: event.ID, Attempt: event.Attempt, Lag: time.Since(e.At)}
		err := d.call(ctx, work, e, info, func(ctx context.Context) error { return d.cfg.Handler.HandleEvent(ctx, event) })
		if err == nil || errors.Is(err, errStopped) || errors.Is(err, errSettled) {
			return err
		}
		if work.Err() != nil {
			return errStopped // no fault of the event's
		}
		if d.cfg.MaxAttempts > 0 && event.Attempt >= d.cfg.MaxAttempts {
			d.log.ErrorContext(ctx, "HandleEvent failed too often; the event is set aside",
				"event", event.ID, "attempt", event.Attempt, "error", err)
			return d.park(ctx, e, index, event.Attempt, err)
		}
		d.log.WarnContext(ctx, "HandleEvent failed; it will be called again",
			"event", event.ID, "attempt", event.Attempt, "error", err)
		if err := d.wait(ctx, event.Attempt); err != nil {
			return err
		}
	}
}

// park sets an event aside, or with index -1 the whole entry.
func (d *delivery) park(ctx context.Context, e *Entry, index, attempts int, reason error) error {
	id := ParkedID{Key: d.key, Seq: e.Seq, Index: index}
	err := d.cfg.Store.Park(ctx, Parked{
		ParkedID: id, At: time.Now(), Attempts: attempts, Reason: reason.Error(), Data: e.Data,
	})
	if err == nil {
		d.cfg.Trace.Parked(ParkedInfo{ParkedID: id, Reason: reason.Error()})
	}
	return err
}
