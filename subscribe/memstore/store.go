// Package memstore keeps subscriptions in memory: for tests, for trying things
// out, and for programs that would rather start over than run a database.
//
// It does not survive its process. A crash or a restart loses every row and
// every notification that was acknowledged to Exchange and not yet handled.
// Nothing goes wrong silently, though: generations are made from the time, so
// after a restart the subscriptions that Exchange still holds are recognised
// as superseded and ended at their first call, and each key starts anew
// without a watermark and therefore begins with a gap, which tells the
// application to compare with Exchange.
//
// For a store that makes the acknowledgement honest see package sqlstore.
package memstore

import (
	"sync"

	"github.com/ewspush/ewspush/subscribe"
)

// Store is a subscribe.Store in memory. Its methods may be called from many
// goroutines. The errors ErrNotFound and ErrConflict come back as they are,
// without further text; a context that has ended comes back as ctx.Err().
//
// Costs follow what a call returns or changes, plus the logarithm of what
// there is: hundreds of thousands of keys are no burden.
type Store struct {
	mu sync.RWMutex

	// A *row is never changed once it is in here, and neither are the bytes
	// of an entry: readers copy them after they have given up the lock.
	rows     map[string]*row
	byKey    sorted[*row]
	byDue    [subscribe.NumShards]sorted[*row] // without the rows that are never due
	revision int64                             // of all keys together, so that no key's ever repeats

	journals map[string]*journal
	backlog  [subscribe.NumShards]sorted[*journal] // tail beyond offset, by key
	settled  sorted[*journal]                      // with entries that may be pruned, by oldest

	parked sorted[*subscribe.Parked]
}

var _ subscribe.Store = (*Store)(nil)

// New returns an empty store. There is nothing to close.
func New() *Store {
	return &Store{
		rows:     make(map[string]*row),
		journals: make(map[string]*journal),
	}
}
