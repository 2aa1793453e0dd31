package calendar

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/push"
	"github.com/ewspush/ewspush/subscribe"
)

// Config is what a Service is made of.
type Config struct {
	// Push says how Exchange is reached and reaches back. Its Handler must be
	// left empty. Defaults that differ from those of package push, since a call
	// of the Handler is a comparison here: Manage.CompareEvery 1 hour,
	// HandlerTimeout 10 minutes, MaxAttempts without end.
	Push push.Config
	// Handler is the application. Required.
	Handler Handler

	Options
}

// SyncerConfig is what a Syncer of its own is made of.
type SyncerConfig struct {
	// Store is that of the subscriptions. Required.
	Store subscribe.Store
	// Handler is the application. Required.
	Handler Handler
	// ClientFor returns the client for a mailbox, as push.Service does.
	// Required.
	ClientFor func(ctx context.Context, mailbox string, again bool) (*ews.Client, error)
	// FolderID names a folder of a mailbox in requests of that client, as
	// push.Service does. Default: as it is.
	FolderID func(mailbox string, folder ews.FolderID) ews.FolderID
	// Logger, nil for slog.Default().
	Logger *slog.Logger

	Options
}

// Options are the choices that a Syncer has defaults for.
type Options struct {
	// Folder is the folder to follow. Default: the calendar.
	Folder ews.FolderID
	// Quiet is how long a Syncer waits after an event before it asks what has
	// changed: one meeting makes several notifications, and a room's answer
	// follows the request. The first event counts, so a busy room does not
	// wait longer. Default 2 seconds; negative: none. QuietFor, if set, tells
	// it for each room.
	Quiet    time.Duration
	QuietFor func(key string) time.Duration
	// Horizon is how far ahead the occurrences of series are told. Default 365
	// days. Single bookings are told however far ahead they are.
	Horizon time.Duration
	// Past is how long ago a booking may have ended to be told. Default 24
	// hours.
	Past time.Duration
	// BatchSize is how many items are fetched in one call. Default 10.
	BatchSize int
	// Filter says which items are bookings. An item that no longer is one is
	// told as cancelled. Default: appointments and meetings that are neither
	// cancelled nor declined. It must always decide alike.
	Filter func(*ews.CalendarItem) bool
	// Same says whether two versions of a booking are the same for the
	// application, whose Start and End are. Default: Booking.Equal.
	Same func(before, after *Booking) bool
	// EchoLifetime is how long an announced change is waited for. Default 10
	// minutes.
	EchoLifetime time.Duration
	// Progress, if set, is called while a room is compared with what is stored
	// of it: from several goroutines, one for each room.
	Progress func(Progress)
	// DryRun, if set, is called with each change instead of the Handler, and
	// nothing is stored of it: when the real work begins, everything that was
	// told here is told again, to the Handler.
	DryRun func(Change)
}

// Progress tells how far the comparison of a room has come.
type Progress struct {
	Key     string
	Initial bool // the room is looked at for the first time
	Done    int  // items that were looked at
	Total   int  // items that have changed
}

func (o Options) withDefaults() Options {
	def(&o.Folder, ews.FolderID{DistinguishedID: ews.CalendarFolder})
	def(&o.Quiet, 2*time.Second)
	def(&o.Horizon, 365*24*time.Hour)
	def(&o.Past, 24*time.Hour)
	def(&o.BatchSize, 10)
	def(&o.EchoLifetime, 10*time.Minute)
	if o.QuietFor == nil {
		quiet := o.Quiet
		o.QuietFor = func(string) time.Duration { return quiet }
	}
	if o.Filter == nil {
		o.Filter = isBooking
	}
	if o.Same == nil {
		o.Same = (*Booking).Equal
	}
	if o.Progress == nil {
		o.Progress = func(Progress) {}
	}
	return o
}

func (o Options) validate() error {
	switch {
	case o.Horizon < 0:
		return errors.New("calendar: Options.Horizon: must not be negative")
	case o.Past < 0:
		return errors.New("calendar: Options.Past: must not be negative")
	case o.BatchSize < 0:
		return errors.New("calendar: Options.BatchSize: must not be negative")
	case o.EchoLifetime < 0:
		return errors.New("calendar: Options.EchoLifetime: must not be negative")
	}
	return nil
}

func (c *SyncerConfig) validate() error {
	switch {
	case c.Store == nil:
		return errors.New("calendar: SyncerConfig.Store is required")
	case c.Handler == nil:
		return errors.New("calendar: SyncerConfig.Handler is required")
	case c.ClientFor == nil:
		return errors.New("calendar: SyncerConfig.ClientFor is required")
	}
	return c.Options.validate()
}

func def[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
