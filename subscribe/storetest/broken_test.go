package storetest

import (
	"context"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// recorder notes what a case reports, and does not fail.
type recorder struct {
	*testing.T
	mu       sync.Mutex
	messages []string
}

func (r *recorder) Logf(string, ...any) {}

func (r *recorder) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}

func (r *recorder) FailNow() { runtime.Goexit() }

// verdict runs one case and returns what it reports.
func verdict(t *testing.T, tc testCase, open func() subscribe.Store, o Options) []string {
	t.Helper()
	r := &recorder{T: t}
	var wg sync.WaitGroup
	wg.Go(func() { tc.check(r, open, o) })
	wg.Wait()
	return r.messages
}

func testOptions() Options {
	return (&Options{Seed: 1, Operations: 600, patience: time.Second}).withDefaults()
}

// shared opens the same store again and again.
func shared(wrap func(subscribe.Store) subscribe.Store) func() subscribe.Store {
	s := memstore.New()
	return func() subscribe.Store { return wrap(s) }
}

func asItIs(s subscribe.Store) subscribe.Store { return s }

func TestCasesAcceptACorrectStore(t *testing.T) {
	for _, tc := range cases() {
		require.Empty(t, verdict(t, tc, shared(asItIs), testOptions()), tc.name)
	}
}

// Every broken store is found out by the cases that are about its fault, and
// every case finds out at least one.
func TestCasesFindBrokenStores(t *testing.T) {
	byName := make(map[string]testCase)
	for _, tc := range cases() {
		require.NotContains(t, byName, tc.name)
		byName[tc.name] = tc
	}
	idle := maps.Clone(byName)
	for _, b := range brokenStores() {
		t.Run(b.name, func(t *testing.T) {
			for _, name := range b.caught {
				tc, ok := byName[name]
				require.True(t, ok, "no case %q", name)
				open := b.open
				if open == nil {
					open = func() func() subscribe.Store { return shared(b.wrap) }
				}
				var messages []string
				for range 20 { // races do not always happen
					messages = verdict(t, tc, open(), testOptions())
					if len(messages) > 0 {
						break
					}
				}
				require.NotEmpty(t, messages, "case %q did not notice", name)
				require.Contains(t, messages[0], "The rule: "+tc.rule)
				delete(idle, name)
			}
		})
	}
	require.Empty(t, slices.Sorted(maps.Keys(idle)), "cases that have not shown that they can fail")
}

type brokenStore struct {
	name   string
	wrap   func(subscribe.Store) subscribe.Store
	open   func() func() subscribe.Store // instead of wrap
	caught []string                      // by these cases at least
}

func brokenStores() []brokenStore {
	return slices.Concat(brokenRows(), brokenJournals(), brokenParking(), brokenValues(), brokenContexts(), brokenStorage())
}

func with(change func(h *hooked)) func(subscribe.Store) subscribe.Store {
	return func(s subscribe.Store) subscribe.Store {
		h := &hooked{Store: s}
		change(h)
		return h
	}
}

// current returns the row as stored, the zero Row if there is none.
func current(ctx context.Context, s subscribe.Store, key string) subscribe.Row {
	row, err := s.Get(ctx, key)
	if err != nil {
		return subscribe.Row{}
	}
	return row
}

const everything = math.MaxInt32

// yield lets all others go first, so that a gap between two steps is met by
// somebody even on a busy machine.
func yield() {
	for range 200 {
		runtime.Gosched()
	}
}
