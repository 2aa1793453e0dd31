package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/ewspush/ewspush/subscribe"
)

func randomCases() []testCase {
	return []testCase{{
		name: "Random/one caller",
		rule: "All of them: a store answers like the model in model.go.",
		run:  func(c *check) { newWalk(c).run() },
	}, {
		name: "Random/many callers",
		rule: "All methods may be called from many goroutines. There are no holes between the offset and the tail. " +
			"What was acknowledged is there, once.",
		run: runTraffic,
	}}
}

// walk makes random calls to a store and to a model, and compares.
type walk struct {
	*check
	rand  *rand.Rand
	model *model
	keys  []string
	done  []string // the latest calls, for the report
}

func newWalk(c *check) *walk {
	c.Logf("storetest: Options.Seed: %d", c.opts.Seed)
	return &walk{
		check: c,
		rand:  rand.New(rand.NewPCG(c.opts.Seed, 1)), //nolint:gosec // G404: repeatable on purpose
		model: newModel(),
		keys:  []string{"a", "A", "a ", "aa", "b", "B", "é", "\uffff", "😀", keyIn(0, 0), keyIn(63, 0)},
	}
}

func (w *walk) run() {
	calls := []func(){
		w.put, w.put, w.put, w.append, w.append, w.append, w.append, w.advance, w.advance,
		w.prune, w.park, w.park, w.unpark, w.delete,
		w.get, w.list, w.due, w.tail, w.read, w.backlog, w.parked,
	}
	for range w.opts.Operations {
		calls[w.rand.IntN(len(calls))]()
	}
	w.compareAll()
}

// did notes a call. Its report comes with the calls before it.
func (w *walk) did(format string, args ...any) string {
	call := fmt.Sprintf(format, args...)
	if w.done = append(w.done, call); len(w.done) > 25 {
		w.done = w.done[1:]
	}
	return call
}

func (w *walk) fail(format string, args ...any) {
	w.Helper()
	w.fatalf("%s\n\tOptions.Seed: %d\n\tThe latest calls:\n\t\t%s",
		fmt.Sprintf(format, args...), w.opts.Seed, strings.Join(w.done, "\n\t\t"))
}

// agree compares the errors of store and model.
func (w *walk) agree(call string, got, want error) {
	w.Helper()
	if !errors.Is(got, want) {
		w.fail("%s: got error %v, want %v", call, got, want)
	}
}

// equal compares what store and model have returned.
func equal[T any](w *walk, call string, err error, got, want []T, same func(a, b T) bool, show func(T) string) {
	w.Helper()
	w.agree(call, err, nil)
	if len(got) != len(want) {
		w.fail("%s: got %d elements, want %d", call, len(got), len(want))
	}
	for i := range got {
		if !same(got[i], want[i]) {
			w.fail("%s: element %d is %s, want %s", call, i, show(got[i]), show(want[i]))
		}
	}
}

func (w *walk) key() string { return w.keys[w.rand.IntN(len(w.keys))] }
func (w *walk) chance(percent int) bool {
	return w.rand.IntN(100) < percent
}
func (w *walk) limit() int { return w.rand.IntN(10) }

func (w *walk) shards() subscribe.Shards {
	if w.chance(50) {
		return subscribe.AllShards
	}
	return subscribe.Shards(w.rand.Uint64())
}

// revision returns the present one, or a wrong one now and then.
func (w *walk) revision(key string) int64 {
	current := w.model.rows[key].Revision
	switch {
	case w.chance(80):
		return current
	case w.chance(40):
		return 0
	}
	for former := range w.model.revisions[key] {
		// The highest, so that the same seed makes the same calls.
		current = max(current, former)
	}
	return max(0, current-int64(w.rand.IntN(3)))
}

func (w *walk) seq(around int64) int64 {
	if w.chance(70) {
		return around
	}
	return around + int64(w.rand.IntN(5)) - 2
}

func (w *walk) data() string {
	return strings.Repeat("x", w.rand.IntN(20)) + strconv.Itoa(w.rand.IntN(1000))
}
