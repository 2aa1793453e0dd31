package subscribe

import (
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Trace is a set of functions that are called as things happen, for metrics
// and tests. Any of them may be nil. They are called from many goroutines, and
// must not block. Arguments are structs, so that fields can be added.
type Trace struct {
	Recorded     func(RecordedInfo)     // a notification was recorded, or not
	Confirmed    func(ConfirmedInfo)    // a new subscription was heard for the first time
	Subscribed   func(SubscribedInfo)   // a Subscribe has ended, well or not
	Rediscovered func(RediscoveredInfo) // Config.Rediscover has returned
	Handled      func(HandledInfo)      // a call of the Handler has ended, well or not
	Parked       func(ParkedInfo)       // an event was set aside
	Swept        func(SweptInfo)        // a manager has looked at the rows that were due
	Led          func(LedInfo)          // the shards that this manager is responsible for have changed
	Collapsed    func(CollapsedInfo)    // a backlog was replaced by a gap
}

// RecordedInfo is the argument of Trace.Recorded.
type RecordedInfo struct {
	Key        string
	Generation int64
	Messages   int
	Bytes      int
	Err        error // what Record returned
}

// ConfirmedInfo is the argument of Trace.Confirmed.
type ConfirmedInfo struct {
	Key        string
	Generation int64
}

// SubscribedInfo is the argument of Trace.Subscribed.
type SubscribedInfo struct {
	Key        string
	Generation int64
	Attempt    int
	Cause      Cause // why it was wanted
	Resumed    bool  // from a watermark
	Duration   time.Duration
	Err        error        // an *ews.BackOffError if nothing was sent
	Reaction   ews.Reaction // to Err
}

// RediscoveredInfo is the argument of Trace.Rediscovered.
type RediscoveredInfo struct {
	Key, Mailbox string
	Duration     time.Duration
	Err          error
}

// HandledInfo is the argument of Trace.Handled.
type HandledInfo struct {
	Key      string
	EventID  string // or the ID of the gap
	Gap      Cause  // empty for an event
	Attempt  int
	Lag      time.Duration // from the receipt to the start of this call
	Duration time.Duration
	Err      error
}

// ParkedInfo is the argument of Trace.Parked.
type ParkedInfo struct {
	ParkedID
	Reason string
}

// SweptInfo is the argument of Trace.Swept.
type SweptInfo struct {
	Due      int // rows that were due
	Duration time.Duration
}

// LedInfo is the argument of Trace.Led.
type LedInfo struct {
	Shards Shards
}

// CollapsedInfo is the argument of Trace.Collapsed.
type CollapsedInfo struct {
	Key    string
	Events int64 // that the gap stands for
}

// orEmpty returns a copy in which every function can be called.
func (t *Trace) orEmpty() *Trace {
	var full Trace
	if t != nil {
		full = *t
	}
	set(&full.Recorded)
	set(&full.Confirmed)
	set(&full.Subscribed)
	set(&full.Rediscovered)
	set(&full.Handled)
	set(&full.Parked)
	set(&full.Swept)
	set(&full.Led)
	set(&full.Collapsed)
	return &full
}

func set[T any](f *func(T)) {
	if *f == nil {
		*f = func(T) {}
	}
}
