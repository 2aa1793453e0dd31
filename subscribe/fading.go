package subscribe

import (
	"cmp"
	"time"
)

// fading is a map that forgets what has not been set for fadeAfter.
type fading[V any] = fadingBy[string, V]

const fadeAfter = 10 * time.Second

// fadingBy is a map that forgets what has not been set for some time, at the
// latest when twice that time has passed and something else is set. So it holds
// as much as is set in that time, however many keys there are. It is guarded by
// whoever has it.
type fadingBy[K comparable, V any] struct {
	young, old map[K]V
	turn       time.Time     // when young becomes old
	after      time.Duration // 0 for fadeAfter
}

func (f *fadingBy[K, V]) get(key K) (V, bool) {
	v, ok := f.young[key]
	if !ok {
		v, ok = f.old[key]
	}
	return v, ok
}

func (f *fadingBy[K, V]) set(key K, v V, now time.Time) {
	if f.young == nil || !now.Before(f.turn) {
		after := cmp.Or(f.after, fadeAfter)
		f.old = nil
		if now.Before(f.turn.Add(after)) {
			f.old = f.young
		}
		f.young = make(map[K]V, len(f.young))
		f.turn = now.Add(after)
	}
	f.young[key] = v
}

func (f *fadingBy[K, V]) remove(key K) {
	delete(f.young, key)
	delete(f.old, key)
}
