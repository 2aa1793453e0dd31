package subscribe

import (
	"errors"
	"sync"
)

// parallelWrites is how many rows of shards are written at once.
const parallelWrites = 8

// inParallel calls do for each of the shards, several at a time, and returns
// their errors when the last has returned.
func inParallel(shards Shards, do func(shard int) error) error {
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		errs  []error
		slots = make(chan struct{}, parallelWrites)
	)
	for shard := range NumShards {
		if !shards.Has(shard) {
			continue
		}
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(shard); err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
