package subscribe

import (
	"sync"
	"time"
)

// standing is what a Recorder knows of a key whose subscription runs as it
// should: enough to record the next notification with one call of the store.
// It is never changed, and holds no part of a body.
type standing struct {
	revision int64         // of the row
	current  *subscription // the one that was heard; others are looked up
	served   []int64
	tail     *record // last known; has heard of current
	seq      int64   // of tail
	until    time.Time
}

// standingFor is how long a standing is believed after its row was read. Then
// the row's revision tells whether it still holds: revisions never repeat, so
// the journal is the same one, too.
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

// renewed returns it as it is after its row was read again.
func (s *standing) renewed(now time.Time) *standing {
	again := *s
	again.until = now.Add(standingFor)
	return &again
}

// standings are those of the keys that were heard lately.
type standings struct {
	mu    sync.Mutex
	known fading[*standing] // one without a tail bars the key, see forget
}

// find returns the standing of a key, or nil. It may be out of date.
func (k *standings) find(key string) *standing {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s, ok := k.known.get(key); ok && s.tail != nil {
		return s
	}
	return nil
}

// note puts a standing in the place of an older one.
func (k *standings) note(key string, s *standing, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	former, ok := k.known.get(key)
	if ok && now.Before(former.until) && (former.tail == nil || former.seq > s.seq) {
		return
	}
	k.known.set(key, s, now)
}

// forget removes the standing of a key and keeps others from being noted for
// standingFor. It was out of date, so perhaps somebody else records
// notifications of this key as well, and to be wrong each time would cost more
// than to look; or the row was changed, and somebody may have read it before.
func (k *standings) forget(key string, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known.set(key, &standing{until: now.Add(standingFor)}, now)
}
