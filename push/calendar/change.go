package calendar

import (
	"context"
	"fmt"
	"log/slog"
)

// Handler is the application.
type Handler interface {
	// HandleChange is called for each difference between the calendar and what
	// was told before. The changes of one room come one at a time; different
	// rooms run in parallel. If it returns nil, the change is done with. Any
	// error ends the work on this room for now; the change comes again, with
	// the same ID, after a growing pause, and later ones wait for it.
	//
	// Every change comes at least once. It may come again after a crash and
	// after a takeover by another replica: what must not be done twice is keyed
	// by Change.ID.
	HandleChange(ctx context.Context, c Change) error
}

// Change is one difference.
type Change struct {
	// ID is the same in every repetition of the change: the key for doing
	// things once.
	ID      string
	Key     string // of the subscription's Spec: the room
	Mailbox string // of the Spec
	Kind    Kind
	Before  *Booking // as it was told last; nil if Kind is Booked
	After   *Booking // as it is now; nil if Kind is Cancelled
	// Initial is set while a room is looked at for the first time: what is
	// told then was there before.
	Initial bool
}

// Kind says what has happened to a booking.
type Kind string

// The kinds of a Change.
const (
	// Booked: it is new, or has come into the horizon. After an interruption
	// in the middle of a change it may be told of a booking that the
	// application has already: what counts is After.
	Booked Kind = "booked"
	// Moved: Start or End are different, and perhaps other things as well.
	Moved Kind = "moved"
	// Changed: something else is different.
	Changed Kind = "changed"
	// Cancelled: it is no longer in the calendar, or is there as cancelled or
	// declined.
	Cancelled Kind = "cancelled"
)

// Booking returns the booking after the change, or the one before if it was
// cancelled.
func (c Change) Booking() *Booking {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// String describes the change in one line for people, without names and
// subjects.
func (c Change) String() string {
	if c.Kind == Moved && c.Before != nil && c.After != nil {
		return fmt.Sprintf("%s %s from %s to %s", c.Key, c.Kind, c.Before, c.After)
	}
	return fmt.Sprintf("%s %s %s", c.Key, c.Kind, c.Booking())
}

// LogValue leaves out names and subjects.
func (c Change) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("id", c.ID),
		slog.String("kind", string(c.Kind)),
		slog.Any("booking", c.Booking()),
		slog.Bool("initial", c.Initial),
	)
}

var _ slog.LogValuer = Change{}
