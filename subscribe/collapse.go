package subscribe

import (
	"context"
	"fmt"
	"time"
)

// limit keeps the backlog of a key within Config.MaxPending events. If there
// are more, a gap is put behind them, and all that waits in front of it counts
// as handled: a comparison covers it. A single notification is never too much.
func (d *dispatcher) limit(ctx context.Context, b Backlog) error {
	from := max(b.Offset, d.offset(b.Key))
	if d.cfg.MaxPending < 0 || b.Tail-from <= 1 || d.counted(b) {
		return nil
	}
	pending, err := d.count(ctx, b.Key, from)
	if err != nil || pending <= int64(d.cfg.MaxPending) {
		return err
	}
	var gap int64
	_, err = appendRecord(ctx, d.cfg.Store, b.Key, time.Now(), func(tail *record, seq int64) *record {
		gap = seq
		r := tail.successor()
		r.Gap, r.Detail, r.LastGap = CauseOverflow, fmt.Sprintf("%d events were waiting", pending), seq
		return r
	})
	if err != nil {
		return err
	}
	d.handled(b.Key, gap-1)
	d.nudge() // the backlog that is being looked at ends before the gap
	d.cfg.Logger.WarnContext(ctx, "too many events wait for the Handler; a gap takes their place",
		"subscription", b.Key, "events", pending)
	d.cfg.Trace.Collapsed(CollapsedInfo{Key: b.Key, Events: pending})
	return nil
}

// count returns how many events of key wait behind the offset.
func (d *dispatcher) count(ctx context.Context, key string, offset int64) (int64, error) {
	tail, _, err := loadTail(ctx, d.cfg.Store, key)
	if err != nil {
		return 0, err
	}
	next, err := d.cfg.Store.Read(ctx, key, offset, 1)
	if err != nil || len(next) == 0 {
		return 0, err
	}
	first, err := decodeRecord(next[0].Data)
	if err != nil {
		return 0, nil //nolint:nilerr // its delivery will set it aside, and there is time to count then
	}
	return tail.Total - first.Total + first.Events, nil
}

// counted reports whether the backlog was within its limit when it reached as
// far as it does now, and otherwise notes that it will have been counted.
func (d *dispatcher) counted(b Backlog) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tails[b.Key] == b.Tail {
		return true
	}
	d.tails[b.Key] = b.Tail
	return false
}

// offset returns how far a key has come as far as this process knows.
func (d *dispatcher) offset(key string) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.done[key]
}
