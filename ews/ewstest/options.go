package ewstest

import (
	"log/slog"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Options are the settings of a Server. The zero value of each field stands
// for its default.
type Options struct {
	// Network is where the server listens and where it posts notifications.
	// Default: real sockets; it listens on a port of 127.0.0.1 and posts
	// wherever the URL of a subscription leads.
	Network *Network
	// Host is the name of the server: in Network, and inside the
	// SubscriptionIds. Default "exchange.test".
	Host string
	// Minute is how long a minute of StatusFrequency lasts; the retry ladder
	// follows it. Default time.Minute. A demo lets it be a second.
	Minute time.Duration
	// Seed decides all ids: the same seed and the same changes give the same
	// ids. Default 0, a seed like any other.
	Seed uint64
	// MaxSubscriptions is how many subscriptions a mailbox can have, whoever
	// made them. Default 5000; Exchange Online has 20.
	MaxSubscriptions int
	// RequestsPerMinute is how many calls there may be for a mailbox in a minute;
	// as many may come at once. A call beyond is answered with ErrorServerBusy,
	// tells in BackOffMilliseconds how long to wait, and counts all the same.
	// Default 0: no limit.
	RequestsPerMinute int
	// MaxEvents is how many events a notification has at most; MoreEvents says
	// that the next one follows. Default 50.
	MaxEvents int
	// CallbackTimeout is how long a listener may take for its answer. Default
	// 30 s.
	CallbackTimeout time.Duration
	// Delay is how long changes are collected before they are posted. Default
	// 0: what a change makes is posted at once, and what comes while a
	// notification is under way follows in the next one.
	Delay time.Duration
	// History is how long events can be replayed. Default 30 days.
	History time.Duration
	// Ladder is when a failed notification is repeated. Default LadderElapsed.
	Ladder Ladder
	// Watermarks is what heartbeats and events carry. Default
	// WatermarksAdvance.
	Watermarks Watermarks
	// Version is the ServerVersionInfo of all responses. Default 15.2.2562.17
	// with V2017_07_11, as Exchange Server SE answers.
	Version ews.ServerVersionInfo
	// Logger gets what Exchange would write into its event log: attempts that
	// failed, subscriptions given up. Default slog.Default().
	Logger *slog.Logger
}

// Ladder is how the retry schedule in the documentation is read: 30 s, then
// 1, 2, 4, … minutes, as far as StatusFrequency goes.
type Ladder int

const (
	// LadderElapsed reads the figures as the time since the first attempt
	// failed: with a StatusFrequency of 30 minutes there are 7 attempts, the
	// last after 16 minutes.
	LadderElapsed Ladder = iota
	// LadderWaits reads them as the waits in between: with 30 minutes there
	// are 6 attempts, the last after 15:30.
	LadderWaits
)

// Watermarks is how a server treats watermarks; not all do it as Exchange.
type Watermarks int

const (
	// WatermarksAdvance is what Exchange does: a heartbeat has a newer
	// watermark than the event before it, so that a quiet subscription does
	// not fall out of the history.
	WatermarksAdvance Watermarks = iota
	// WatermarksStill lets heartbeats repeat the last watermark.
	WatermarksStill
	// WatermarksNone leaves out all that the schema allows to leave out, as
	// some servers do: no watermark in events, no PreviousWatermark.
	WatermarksNone
)

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	setDefault(&d.Host, "exchange.test")
	setDefault(&d.Minute, time.Minute)
	setDefault(&d.MaxSubscriptions, 5000)
	setDefault(&d.MaxEvents, 50)
	setDefault(&d.CallbackTimeout, 30*time.Second)
	setDefault(&d.History, 30*24*time.Hour)
	setDefault(&d.Version, ews.ServerVersionInfo{
		MajorVersion: 15, MinorVersion: 2, MajorBuildNumber: 2562, MinorBuildNumber: 17, Version: "V2017_07_11",
	})
	if d.Logger == nil {
		d.Logger = slog.Default()
	}
	return d
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
