package subscribe

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// parkedLimit is how many parked events are read at once.
const parkedLimit = 128

// ParkedEvent is an event that was set aside, for people to look at.
type ParkedEvent struct {
	ParkedID
	At       time.Time // when it was set aside
	Attempts int
	Reason   string
	// Body is the notification as it came in; with Index -1 it is the body,
	// not just one of its events, that was set aside.
	Body []byte
	// Event is the event itself; nil with Index -1.
	Event *ews.Event
}

// Parked returns the events of all keys that were set aside, in order of key
// and sequence. After an error it ends.
func (m *Manager) Parked(ctx context.Context) iter.Seq2[ParkedEvent, error] {
	return func(yield func(ParkedEvent, error) bool) {
		for p, err := range m.parked(ctx, ParkedID{}) {
			if err != nil {
				yield(ParkedEvent{}, fmt.Errorf("subscribe: Parked: %w", err))
				return
			}
			if !yield(p.inspect(), nil) {
				return
			}
		}
	}
}

func (m *Manager) parked(ctx context.Context, after ParkedID) iter.Seq2[Parked, error] {
	return func(yield func(Parked, error) bool) {
		for {
			page, err := m.cfg.Store.Parked(ctx, after, parkedLimit)
			if err != nil {
				yield(Parked{}, err)
				return
			}
			for _, p := range page {
				after = p.ParkedID
				if !yield(p, nil) {
					return
				}
			}
			if len(page) < parkedLimit {
				return
			}
		}
	}
}

// inspect makes what can be made of a parked event; what cannot be read stays
// out.
func (p Parked) inspect() ParkedEvent {
	e := ParkedEvent{ParkedID: p.ParkedID, At: p.At, Attempts: p.Attempts, Reason: p.Reason}
	r, err := decodeRecord(p.Data)
	if err != nil {
		e.Body = p.Data
		return e
	}
	e.Body = r.body
	n, err := ews.ParseSendNotification(r.body, nil)
	if err != nil || p.Index < 0 {
		return e
	}
	for index, event := range eventsOf(n) {
		if index == p.Index {
			e.Event = event
		}
	}
	return e
}

// Replay hands a parked event to the Handler again, behind what its key has in
// the journal now. It keeps its ID. A parked body is decoded again, since a
// newer version of this module may be able to. If there is no such parked
// event, the error is ErrNotFound.
func (m *Manager) Replay(ctx context.Context, id ParkedID) error {
	err := m.replay(ctx, id)
	if err != nil {
		return fmt.Errorf("subscribe: Replay %q: %w", id.Key, err)
	}
	m.Nudge()
	return nil
}

func (m *Manager) replay(ctx context.Context, id ParkedID) error {
	p, err := m.findParked(ctx, id)
	if err != nil {
		return err
	}
	r, err := decodeRecord(p.Data)
	if err != nil {
		return err
	}
	origin := r.Replay
	if origin == nil {
		origin = &replay{Seq: id.Seq, Index: id.Index, Generation: r.Generation}
	}
	// First put back, then taken away: in between it is there twice, which is
	// better than not at all.
	_, err = appendRecord(ctx, m.cfg.Store, id.Key, time.Now(), func(tail *record, _ int64) *record {
		next := tail.successor()
		next.Replay, next.body = origin, r.body
		next.Events, next.Total = 1, next.Total+1
		return next
	})
	if err != nil {
		return err
	}
	if err := m.cfg.Store.Unpark(ctx, id); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// Discard removes a parked event for good; ErrNotFound if there is none.
func (m *Manager) Discard(ctx context.Context, id ParkedID) error {
	if err := m.cfg.Store.Unpark(ctx, id); err != nil {
		return fmt.Errorf("subscribe: Discard %q: %w", id.Key, err)
	}
	return nil
}

func (m *Manager) findParked(ctx context.Context, id ParkedID) (Parked, error) {
	for p, err := range m.parked(ctx, ParkedID{Key: id.Key, Seq: id.Seq - 1}) {
		if err != nil {
			return Parked{}, err
		}
		if p.ParkedID == id {
			return p, nil
		}
		if p.Key != id.Key || p.Seq > id.Seq {
			break
		}
	}
	return Parked{}, ErrNotFound
}
