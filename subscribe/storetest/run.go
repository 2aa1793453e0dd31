// Package storetest tests implementations of subscribe.Store, and lends a hand
// to the tests of what uses one.
//
// Run is the conformance suite. Every sentence in the documentation of
// subscribe.Store is a case of it, and a failure quotes the sentence:
//
//	func TestStore(t *testing.T) {
//		storetest.Run(t, func(t *testing.T) func() subscribe.Store {
//			dir := t.TempDir()
//			return func() subscribe.Store { return filestore.Open(dir) }
//		}, nil)
//	}
//
// Benchmark measures the calls whose cost must not grow with the number of
// keys, which a test cannot judge. Faulty makes a store fail now and then.
package storetest

import (
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// Options say what a store does not promise, and how thorough Run is.
type Options struct {
	// Volatile: what the store keeps ends with the value that open returned.
	// Cases that open the storage twice are skipped.
	Volatile bool
	// Exclusive: storage can be open only once at a time. Cases that open it a
	// second time meanwhile are skipped, those that reopen it are not.
	Exclusive bool
	// Seed of the randomized cases; 0 stands for a new one each time. It is
	// printed, so that a failure can be repeated.
	Seed uint64
	// Operations is how many calls the randomized cases make; the default is
	// 3000, or 500 with go test -short.
	Operations int

	patience time.Duration // with calls that must return promptly
}

// Run tests a store, each case in a subtest of its own, one after the other.
// Of opts nil stands for the zero value.
//
// prepare is called once per case. It prepares empty storage, which it may
// remove again in a t.Cleanup, and returns a function that opens this storage;
// what goes wrong it reports to t. The suite calls open once, or, to see what
// another process or a restart would find, several times. A store with a method
// Close() error is closed by the suite: before it is opened again in place of a
// restart, and at the end of the case; that Close must not remove anything.
//
// Where the documentation of subscribe.Store says "up to limit", the suite
// expects limit of them if there are as many, and all of them otherwise. A
// limit of 0 gives none. Whether an empty slice is nil makes no difference.
func Run(t *testing.T, prepare func(t *testing.T) (open func() subscribe.Store), opts *Options) {
	t.Helper()
	o := opts.withDefaults()
	for _, tc := range cases() {
		t.Run(tc.name, func(t *testing.T) {
			if why := tc.skipped(o); why != "" {
				t.Skip(why)
			}
			tc.check(t, prepare(t), o)
		})
	}
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.Seed == 0 {
		d.Seed = rand.Uint64() //nolint:gosec // G404: nothing depends on its being a secret
	}
	if d.patience == 0 {
		d.patience = 30 * time.Second
	}
	if d.Operations == 0 {
		d.Operations = 3000
		if testing.Short() {
			d.Operations = 500
		}
	}
	return d
}

// testCase is one rule, or a few that belong together, and what tests it.
type testCase struct {
	name  string
	rule  string // from the documentation of subscribe.Store
	needs need
	run   func(c *check)
}

// need is what a case cannot do without.
type need int

const (
	needsNothing need = iota
	needsReopen
	needsShared
)

func cases() []testCase {
	return slices.Concat(
		rowCases(), listCases(), dueCases(), deleteCases(),
		appendCases(), readCases(), backlogCases(), advanceCases(), pruneCases(),
		parkedCases(), valueCases(), contextCases(),
		reopenCases(), sharedCases(), randomCases(),
	)
}

func (tc *testCase) skipped(o Options) string {
	switch {
	case o.Volatile && tc.needs != needsNothing:
		return "the store is volatile"
	case o.Exclusive && tc.needs == needsShared:
		return "the store is exclusive"
	default:
		return ""
	}
}

func (tc *testCase) check(t reporter, open func() subscribe.Store, o Options) {
	c := &check{reporter: t, rule: tc.rule, open: open, opts: o}
	defer c.closeAll()
	c.store = c.openStore()
	tc.run(c)
}

// openStore opens the storage once more.
func (c *check) openStore() subscribe.Store {
	s := c.open()
	if s == nil {
		c.fatalf("open returned a nil Store")
	}
	c.opened = append(c.opened, s)
	return s
}

// closeAll closes what has been opened, where it can be closed.
func (c *check) closeAll() {
	for _, s := range slices.Backward(c.opened) {
		if closer, ok := s.(io.Closer); ok {
			if err := closer.Close(); err != nil {
				c.Errorf("Close: %v", err)
			}
		}
	}
	c.opened = nil
}
