package subscribe

import (
	"sync"
	"time"
)

// standing is what a Recorder knows of a key whose subscription runs as it
// should: enough to record the next notification with one call of the store.
// It is never changed, and holds no part of a body.
type standing struct {
	current *subscription // the one that was heard; others are looked up
	served  []int64
	tail    *record // last known; has heard of current
	seq     int64   // of tail
	until   time.Time
}

// standingFor is how long a standing is believed after its row was read.
//
// What can be wrong with it, and why that does no harm:
//   - Somebody else has appended: Append tells, since it compares the Seq.
//   - The key was deleted: its journal is gone, Append tells as well. If the
//     key was made anew, and its new journal has just as many entries, a
//     notification of the old subscription is taken for one more second.
//   - The generation was superseded: likewise, for a second. The next one is
//     answered Unsubscribe. Without a memory it is the same for the moment
//     between the reading of the row and the end of Append.
//   - A repetition is found in a tail that is not the last one any more: it was
//     recorded all the same.
//
// A generation that is newer, that has not been heard yet, or of which nothing
// is in the tail, is never looked for here.
const standingFor = time.Second

// takes reports whether the notification can be recorded by what is known.
func (s *standing) takes(in *Received) bool {
	return in.Generation == s.current.Generation && in.Err == nil && in.serverError() == nil
}

// standings are those of the keys that were heard in the last seconds. How many
// there are is bounded by how many notifications come in two of them.
type standings struct {
	mu         sync.Mutex
	young, old map[string]*standing // a nil one bars the key, see forget
	turn       time.Time            // when young becomes old
}

// find returns the standing of a key, or nil.
func (k *standings) find(key string, now time.Time) *standing {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.young[key]
	if !ok {
		s = k.old[key]
	}
	if s == nil || !now.Before(s.until) {
		return nil
	}
	return s
}

// note puts a standing in the place of an older one.
func (k *standings) note(key string, s *standing, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.grow(now)
	if former, ok := k.young[key]; !ok || former != nil && former.seq < s.seq {
		k.young[key] = s
	}
}

// forget removes the standing of a key and keeps others from being noted for a
// while: it was out of date, so somebody else records notifications of this key
// as well, and to be wrong each time would cost more than to look.
func (k *standings) forget(key string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.grow(now)
	k.young[key] = nil
}

// grow makes room for something that is to be known for standingFor at least.
func (k *standings) grow(now time.Time) {
	if k.young != nil && now.Before(k.turn) {
		return
	}
	if now.Before(k.turn.Add(standingFor)) {
		k.old = k.young
	} else {
		k.old = nil
	}
	k.young = make(map[string]*standing, len(k.young))
	k.turn = now.Add(standingFor)
}
