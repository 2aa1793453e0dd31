package subscribe

import (
	"math/rand/v2"
	"time"
)

// backoff is a pause that doubles with each attempt up to a limit.
type backoff struct{ first, limit time.Duration }

// after returns the pause after that many failed attempts, 1 or more, give or
// take a fifth, so that what failed together does not come back together.
func (b backoff) after(attempts int) time.Duration {
	pause := b.first
	for i := 1; i < attempts && pause < b.limit; i++ {
		pause *= 2
	}
	pause = min(pause, b.limit)
	return pause - pause/5 + rand.N(pause*2/5+1) //nolint:gosec // a jitter, no secret
}
