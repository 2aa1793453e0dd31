package subscribe

import (
	"crypto/sha256"
	"time"
)

// resting knows of keys how far they were worked off when there was nothing
// left: what a place says, for longer, and without pointers, so that there may
// be hundreds of thousands.
//
// A heartbeat that follows right on it is done with as it is recorded: it needs
// neither the Handler, nor a look into the store. That is so when, and because,
//   - all entries up to seq are done with, and the one at seq is a notification
//     of the generation;
//   - the heartbeat was appended at seq+1, so nothing lies between;
//   - it is of the same generation. Generations do not repeat, so it is the same
//     journal: the key was not deleted and made anew.
//
// None of this depends on how long ago it was noted, or on what other processes
// do with the key. Its offset is stored with the others. Should that never
// happen, the heartbeat is in the backlog, and is worked off like any entry.
type resting struct{ known fadingBy[restingID, rest] }

// restingID is a hash of the key. No two keys have the same.
type restingID [16]byte

type rest struct{ seq, generation int64 }

// restingFor is how long a key is known without a sign of life. Heartbeats that
// are rarer than that are worked off like any entry.
const restingFor = time.Hour

func newResting() resting {
	return resting{fadingBy[restingID, rest]{after: restingFor}}
}

func idOf(key string) restingID {
	sum := sha256.Sum256([]byte(key))
	return restingID(sum[:16])
}

// note notes where a key rests.
func (r *resting) note(key string, at place) {
	r.known.set(idOf(key), rest{at.seq, at.generation}, time.Now())
}

func (r *resting) forget(key string) { r.known.remove(idOf(key)) }

// follows reports whether an entry of that generation follows on where the key
// rests.
func (r *resting) follows(e *Entry, generation int64) bool {
	at, ok := r.known.get(idOf(e.Key))
	return ok && at == rest{e.Seq - 1, generation} && generation != 0
}

// isQuiet reports whether there is nothing in the entry to call the Handler for.
func (r *record) isQuiet() bool {
	return r.Gap == "" && r.Events == 0 && !r.Undecodable && r.Replay == nil
}

// passLocked is the offer of an entry that is quiet, for a key that is not being
// worked off: it is done with at once, or found in the store, for which there
// is time.
func (d *dispatcher) passLocked(e *Entry, what *record) {
	if !d.open || !d.resting.follows(e, what.Generation) {
		d.patient = true
		d.settle()
		return
	}
	at := place{seq: e.Seq, generation: what.Generation}
	d.resting.note(e.Key, at)
	if p, ok := d.places.get(e.Key); ok && p.seq == e.Seq-1 && p.generation == at.generation {
		p.seq = e.Seq
		d.places.set(e.Key, p, time.Now())
	}
	d.done[e.Key] = max(e.Seq, d.done[e.Key])
	d.settle()
}
