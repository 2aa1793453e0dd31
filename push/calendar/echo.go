package calendar

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// Echo is a change that the application makes itself and therefore does not
// want to be told. ChangeKey or Key must be set.
type Echo struct {
	// ChangeKey is that of the item as Exchange answered it to CreateItem or
	// UpdateItem: exactly this version is not told.
	ChangeKey string
	// Key is that of the booking, for changes announced before they are made,
	// and for deletions: a change of this booking is not told if it leads to
	// what is said here. Any other one is.
	Key        string
	Start, End time.Time // what the booking will be; zero if it is to be cancelled
}

// storedEcho is a row.
type storedEcho struct {
	Echo    Echo      `json:"echo"`
	Expires time.Time `json:"expires"`
}

// Announce says that the application is about to change, or has changed, a
// booking of a room. The change that follows from it is not told, if it shows
// within Options.EchoLifetime. Announce before the write, by Key, to be sure to
// be faster than the notification, or afterwards by ChangeKey within the quiet
// time.
func (s *Syncer) Announce(ctx context.Context, key string, e Echo) error {
	if (e.ChangeKey == "") == (e.Key == "") {
		return errors.New("calendar: Echo: exactly one of ChangeKey and Key must be set")
	}
	m := newMirror(s.rows, key)
	stored := storedEcho{Echo: e, Expires: time.Now().Add(s.cfg.EchoLifetime)}
	for {
		revision, _, err := m.get(ctx, e.name(), &storedEcho{})
		if err == nil {
			_, err = m.put(ctx, e.name(), stored, revision)
		}
		if !errors.Is(err, subscribe.ErrConflict) {
			if err != nil {
				return fmt.Errorf("calendar: an echo in %q cannot be stored: %w", key, err)
			}
			return nil
		}
	}
}

func (e Echo) name() string { return kindEcho + digest(e.ChangeKey, e.Key) }

// takeEcho reports whether a change was announced. An announcement by Key is
// used up by it; one by ChangeKey is not, since a series has many bookings of
// one version.
func (w *pass) takeEcho(ctx context.Context, c *Change) (bool, error) {
	if w.fresh {
		return false, nil
	}
	if c.After != nil && c.After.ItemID.ChangeKey != "" {
		_, _, ok, err := w.echo(ctx, Echo{ChangeKey: c.After.ItemID.ChangeKey})
		if ok || err != nil {
			return ok, err
		}
	}
	e := Echo{Key: c.Booking().Key}
	stored, revision, ok, err := w.echo(ctx, e)
	if !ok || err != nil || !stored.Echo.leadsTo(c.After) {
		return false, err
	}
	return true, w.mirror.remove(ctx, e.name(), revision)
}

func (w *pass) echo(ctx context.Context, e Echo) (stored storedEcho, revision int64, ok bool, err error) {
	revision, ok, err = w.mirror.get(ctx, e.name(), &stored)
	return stored, revision, ok && stored.Expires.After(w.now), err
}

func (e Echo) leadsTo(b *Booking) bool {
	if b == nil {
		return e.Start.IsZero() && e.End.IsZero()
	}
	return e.Start.Equal(b.Start) && e.End.Equal(b.End)
}

// dropEchoes removes announcements that nothing came of.
func (m *mirror) dropEchoes(ctx context.Context, now time.Time) error {
	for row, err := range m.list(ctx, kindEcho) {
		if err != nil {
			return err
		}
		var stored storedEcho
		if err := decodeRow(row.Data, &stored); err == nil && stored.Expires.After(now) {
			continue
		}
		if err := m.rows.Delete(ctx, row.Key, row.Revision); err != nil && !errors.Is(err, subscribe.ErrConflict) {
			return err
		}
	}
	return nil
}
