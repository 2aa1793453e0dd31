package subscribe

import "time"

// offer is an entry that was just recorded in this process, in memory: its
// delivery need not ask the store for it.
type offer struct {
	entry  Entry
	record record
}

// place is where the delivery of a key has come to an end: all entries up to
// seq are done with. The last one was a notification of the generation, 0 if
// not, and the mailbox is the generation's: another mailbox has another one.
type place struct {
	seq        int64
	generation int64
	mailbox    string
}

// keyWork is what is to be done for a key that is being worked off. It is
// guarded by the dispatcher's mutex; its owner is the delivery.
type keyWork struct {
	key   string
	shard int
	from  place

	offers []*offer // in the order in which they came
	unread bool     // the store may have more than what was read or offered
}

// Limits of what is kept in memory although the store has it.
const (
	offerLimit   = 64  // for each key that is being worked off
	expressLimit = 256 // keys that are to be worked off at once

	offerMany = 8 // of a key, when it is time to look whether there are too many
)

// offer takes an entry that was recorded, and reports whether it keeps it, with
// all its Data. If it does not, the entry will be found in the store.
//
// An idle key is worked off at once if its last delivery has ended right before
// the entry, and with the same generation. The second condition excludes that
// the key was deleted and made anew meanwhile, with a journal that begins at 1
// again: generations do not repeat. What needs no call of the Handler is done
// with at once, or takes its time, see resting.
func (d *dispatcher) offer(e *Entry, what *record) bool {
	o := &offer{entry: *e, record: *what}
	// As it would come back from a store.
	o.entry.At = e.At.UTC().Truncate(time.Microsecond)
	o.record.body = e.Data[len(e.Data)-len(what.body):]
	o.record.Heard = nil // stays with the Recorder

	d.mu.Lock()
	defer d.mu.Unlock()
	if w := d.active[e.Key]; w != nil {
		if len(w.offers) >= offerMany {
			d.nudge() // perhaps there are too many, see limit
		}
		if len(w.offers) == offerLimit {
			w.unread = true
			return false
		}
		w.offers = append(w.offers, o)
		return true
	}
	if what.isQuiet() {
		d.passLocked(e, what)
		return false
	}
	p, ok := d.places.get(e.Key)
	if !ok || p.seq != e.Seq-1 || p.generation == 0 || p.generation != what.Generation || !d.open {
		d.nudge()
		return false
	}
	w := &keyWork{key: e.Key, shard: e.Shard, from: p, offers: []*offer{o}}
	select {
	case d.express <- w:
		d.active[e.Key] = w
		return true
	default:
		d.nudge()
		return false
	}
}

// next returns the next thing to do for a key that has come to a place: an
// offer, or to read from the store. If it is neither, the key is not being
// worked off any more.
func (d *dispatcher) next(w *keyWork, at place) (o *offer, unread bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(w.offers) > 0 && w.offers[0].entry.Seq <= at.seq {
		w.offers = w.offers[1:] // was read
	}
	switch {
	case len(w.offers) > 0 && w.offers[0].entry.Seq == at.seq+1:
		o, w.offers = w.offers[0], w.offers[1:]
		return o, false
	case len(w.offers) > 0 || w.unread:
		w.unread = false
		return nil, true
	}
	d.endLocked(w)
	if at.generation != 0 {
		d.places.set(w.key, at, time.Now())
		d.resting.note(w.key, at)
	} else {
		d.places.remove(w.key)
		d.resting.forget(w.key)
	}
	return nil, false
}

// unread has the delivery of a key look into the store once more.
func (d *dispatcher) unread(w *keyWork) {
	d.mu.Lock()
	defer d.mu.Unlock()
	w.unread = true
}

// end ends the work on a key if that is not over already. What was offered is
// in the store.
func (d *dispatcher) end(w *keyWork) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.endLocked(w)
}

// forget forgets where a key was that has been deleted.
func (d *dispatcher) forget(key string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.done, key)
	d.places.remove(key)
	d.resting.forget(key)
}

func (d *dispatcher) endLocked(w *keyWork) {
	if d.active[w.key] == w {
		delete(d.active, w.key)
		delete(d.tails, w.key)
	}
}
