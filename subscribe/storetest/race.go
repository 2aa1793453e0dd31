package storetest

import (
	"sync"

	"github.com/ewspush/ewspush/subscribe"
)

// race makes n calls at the same time, or as nearly so as it can be had, and
// returns their errors.
func race(n int, call func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = call(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// winner returns the index of the one call that succeeded. The others must
// have failed with ErrConflict.
func (c *check) winner(errs []error, what string) int {
	c.Helper()
	winner := -1
	for i, err := range errs {
		switch {
		case err != nil:
			c.wantErr(err, subscribe.ErrConflict, "%s, a call that lost", what)
		case winner >= 0:
			c.fatalf("%s: more than one of %d calls succeeded", what, len(errs))
		default:
			winner = i
		}
	}
	if winner < 0 {
		c.fatalf("%s: none of %d calls succeeded: %v", what, len(errs), errs[0])
	}
	return winner
}
