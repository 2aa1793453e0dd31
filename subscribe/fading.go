package subscribe

import "time"

// fading is a map that forgets what has not been set for fadeAfter, at the
// latest when twice that time has passed and something else is set. So it holds
// as much as is set in that time, however many keys there are. It is guarded by
// whoever has it.
type fading[V any] struct {
	young, old map[string]V
	turn       time.Time // when young becomes old
}

const fadeAfter = 10 * time.Second

func (f *fading[V]) get(key string) (V, bool) {
	v, ok := f.young[key]
	if !ok {
		v, ok = f.old[key]
	}
	return v, ok
}

func (f *fading[V]) set(key string, v V, now time.Time) {
	if f.young == nil || !now.Before(f.turn) {
		f.old = nil
		if now.Before(f.turn.Add(fadeAfter)) {
			f.old = f.young
		}
		f.young = make(map[string]V, len(f.young))
		f.turn = now.Add(fadeAfter)
	}
	f.young[key] = v
}

func (f *fading[V]) remove(key string) {
	delete(f.young, key)
	delete(f.old, key)
}
