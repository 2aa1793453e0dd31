package memstore

import (
	"context"
	"slices"
	"time"
)

// Prune implements subscribe.Store.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	removed := 0
	for removed < limit {
		j, ok := s.settled.at(place{})
		if !ok || !j.oldest.Before(before) {
			break
		}
		removed += s.pruneJournal(j, before, limit-removed)
	}
	return removed, nil
}

// pruneJournal removes up to limit entries. It ends with a later j.oldest, or
// with j not settled, or with the limit reached, so that Prune comes to an end.
func (s *Store) pruneJournal(j *journal, before time.Time, limit int) int {
	var (
		end     = min(j.after(j.offset), len(j.entries)-1) // the tail stays
		next    = 0
		kept    = 0 // entries[:kept] stay, entries[kept:next] go
		oldest  time.Time
		further = false // there is one that may be pruned later, at oldest
	)
	for ; next < end && next-kept < limit; next++ {
		e := j.entries[next]
		if e.at.Before(before) {
			continue
		}
		if !further || e.at.Before(oldest) {
			oldest, further = e.at, true
		}
		if j.chronological {
			end = next // all that follow are younger
			break
		}
		j.entries[kept] = e
		kept++
	}
	done := next == end
	j.cut(kept, next)
	if done { // else j.oldest stays, which is early enough
		s.unsettle(j)
		if further {
			s.settle(j, oldest)
		}
	}
	return next - kept
}

// cut takes out the entries from index i to index k.
func (j *journal) cut(i, k int) {
	switch {
	case i == k:
		return
	case i == 0:
		clear(j.entries[:k])
		// What is cut off in front stays allocated until append moves the
		// rest; a long journal that became short gives it back at once.
		if j.entries = j.entries[k:]; k > 64 && k > 3*len(j.entries) {
			j.entries = slices.Clone(j.entries)
		}
	default:
		j.entries = slices.Delete(j.entries, i, k)
	}
	if len(j.entries) == 1 {
		j.chronological = true
	}
}
