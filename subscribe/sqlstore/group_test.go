package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// disk is a group whose commits take a second each, and what it was given.
type disk struct {
	group[int]
	mu      sync.Mutex
	batches [][]int
	fail    func(op int) error
}

func newDisk(limit int) *disk {
	d := &disk{fail: func(int) error { return nil }}
	d.group = group[int]{limit: limit, maxBytes: 1000, commit: func(_ context.Context, batch []*call[int]) {
		time.Sleep(time.Second)
		var ops []int
		for _, c := range batch {
			ops = append(ops, c.op)
			c.err = d.fail(c.op)
		}
		d.mu.Lock()
		d.batches = append(d.batches, ops)
		d.mu.Unlock()
	}}
	return d
}

// start makes a call that nobody waits for, and returns when it waits.
func (d *disk) start(ctx context.Context, op, bytes int) <-chan error {
	done := make(chan error, 1)
	go func() { done <- d.do(ctx, op, bytes) }()
	synctest.Wait()
	return done
}

func TestGroupGathers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(100)
		begin := time.Now()
		var all []<-chan error
		for op := range 10 {
			all = append(all, d.start(t.Context(), op, 1))
		}
		for _, done := range all {
			require.NoError(t, <-done)
		}
		require.Equal(t, 2*time.Second, time.Since(begin), "one alone, and then all the others")
		require.Equal(t, [][]int{{0}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}, d.batches)
		require.NoError(t, d.do(t.Context(), 10, 1))
		require.Equal(t, 3*time.Second, time.Since(begin), "one that is alone waits for nobody")
	})
}

func TestGroupBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(3)
		var all []<-chan error
		for op, bytes := range []int{1, 1, 1, 1, 1, 900, 90, 90, 5000, 1} {
			all = append(all, d.start(t.Context(), op, bytes))
		}
		for _, done := range all {
			require.NoError(t, <-done)
		}
		// What does not fit waits, and what comes after it need not.
		require.Equal(t, [][]int{{0}, {1, 2, 3}, {4, 5, 6}, {7, 9}, {8}}, d.batches)
	})
}

func TestGroupOutcomes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(100)
		errOdd := errors.New("odd")
		d.fail = func(op int) error {
			if op%2 == 1 {
				return errOdd
			}
			return nil
		}
		var all []<-chan error
		for op := range 7 {
			all = append(all, d.start(t.Context(), op, 1))
		}
		for op, done := range all {
			require.Equal(t, d.fail(op), <-done, "call %d", op)
		}
	})
}

func TestGroupLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(2)
		ctx, cancel := context.WithCancel(t.Context())
		leader := d.start(t.Context(), 0, 1)
		next := d.start(ctx, 1, 1) // would lead the next batch
		last := d.start(t.Context(), 2, 1)
		cancel()
		begin := time.Now()
		require.ErrorIs(t, <-next, context.Canceled)
		require.LessOrEqual(t, time.Since(begin), waitsLong)
		long := d.start(ctx, 3, 1)
		require.ErrorIs(t, <-long, context.Canceled, "also one that comes when the others have waited long")
		require.NoError(t, <-leader)
		require.NoError(t, <-last)
		require.Equal(t, [][]int{{0}, {2}}, d.batches, "a call that left before it was taken has no effect")
	})
}

func TestGroupLeaveTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(2)
		ctx, cancel := context.WithCancel(t.Context())
		leader := d.start(t.Context(), 0, 1)
		second := d.start(t.Context(), 1, 1)
		taken := d.start(ctx, 2, 1)
		require.NoError(t, <-leader)
		synctest.Wait() // now 1 and 2 are being committed
		cancel()
		begin := time.Now()
		require.ErrorIs(t, <-taken, context.Canceled, "with the outcome unknown")
		require.LessOrEqual(t, time.Since(begin), waitsLong)
		require.NoError(t, <-second)
		require.Equal(t, [][]int{{0}, {1, 2}}, d.batches)
	})
}

// TestGroupLeaderEnds: the leader's context is not that of the others.
func TestGroupLeaderEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(2)
		ctx, cancel := context.WithCancel(t.Context())
		leader := d.start(ctx, 0, 1)
		other := d.start(t.Context(), 1, 1)
		cancel()
		require.NoError(t, <-leader, "it was committed, after all")
		require.NoError(t, <-other)
	})
}

// TestGroupPanics: a commit that does not come back leaves nobody waiting.
func TestGroupPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(2)
		d.fail = func(op int) error {
			if op == 2 {
				panic("a bug in a driver")
			}
			return nil
		}
		first := d.start(t.Context(), 0, 1)
		var others []<-chan error
		for op := 1; op <= 3; op++ {
			others = append(others, d.start(t.Context(), op, 1))
		}
		require.NoError(t, <-first)
		for _, other := range others[:2] { // one batch
			err := <-other
			require.ErrorIs(t, err, errAbandoned)
			require.ErrorContains(t, err, "a bug in a driver")
			require.ErrorContains(t, err, "group_test.go", "the stack tells where")
		}
		require.NoError(t, <-others[2])
		d.fail = func(int) error { panic("alone") }
		require.ErrorIs(t, d.do(t.Context(), 4, 1), errAbandoned)
	})
}

// TestGroupTwoLeaders: a second batch begins beside the first when more than
// half as many wait.
func TestGroupTwoLeaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(100)
		d.leaders = 2
		begin := time.Now()
		busy := func() int {
			synctest.Wait()
			d.group.mu.Lock()
			defer d.group.mu.Unlock()
			return d.busy
		}
		var all []<-chan error
		start := func(ops ...int) {
			for _, op := range ops {
				all = append(all, d.start(t.Context(), op, 1))
			}
		}
		start(0, 1) // one does not wait for one
		require.Equal(t, 2, busy())
		start(2, 3, 4, 5) // but there are two leaders
		require.Equal(t, 2, busy())
		time.Sleep(time.Second)
		require.Equal(t, 4, busy())
		time.Sleep(time.Second / 2)
		start(6, 7) // half as many
		require.Equal(t, 4, busy())
		start(8)
		require.Equal(t, 7, busy())
		for _, done := range all {
			require.NoError(t, <-done)
		}
		require.Equal(t, [][]int{{2, 3, 4, 5}, {6, 7, 8}}, d.batches[2:])
		require.Equal(t, 2*time.Second+time.Second/2, time.Since(begin))
		require.Zero(t, busy())
	})
}

// TestGroupRemainder: what a full batch leaves is a second one.
func TestGroupRemainder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDisk(2)
		d.leaders = 2
		begin := time.Now()
		var all []<-chan error
		for op := range 8 {
			all = append(all, d.start(t.Context(), op, 1))
		}
		for _, done := range all {
			require.NoError(t, <-done)
		}
		require.Equal(t, 3*time.Second, time.Since(begin), "two alone, two batches at a time, and the rest")
	})
}

// failedError is the outcome of one that was told to fail.
type failedError int

func (c failedError) Error() string { return fmt.Sprint("call ", int(c)) }

// TestGroupRandom: calls that come, wait and leave at random are each in one
// batch, or in none if they left, and get their own outcome.
func TestGroupRandom(t *testing.T) {
	for _, leaders := range []int{1, 3} {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		synctest.Test(t, func(t *testing.T) {
			d := newDisk(5)
			d.leaders = leaders
			d.fail = func(op int) error {
				if op%7 == 0 {
					return failedError(op)
				}
				return nil
			}
			const calls = 500
			var wg sync.WaitGroup
			results := make([]error, calls)
			for op := range calls {
				r := rand.New(rand.NewPCG(seed, uint64(op)))
				wg.Go(func() {
					time.Sleep(time.Duration(r.IntN(60_000)) * time.Millisecond)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(r.IntN(5000))*time.Millisecond)
					defer cancel()
					results[op] = d.do(ctx, op, r.IntN(400))
				})
			}
			wg.Wait()
			time.Sleep(time.Minute) // those that were taken and left
			synctest.Wait()
			seen := make(map[int]int)
			for _, batch := range d.batches {
				require.LessOrEqual(t, len(batch), 5)
				for _, op := range batch {
					seen[op]++
				}
			}
			for op, err := range results {
				switch {
				case errors.Is(err, context.DeadlineExceeded):
					require.LessOrEqual(t, seen[op], 1, "call %d", op)
				default:
					require.Equal(t, d.fail(op), err, "call %d", op)
					require.Equal(t, 1, seen[op], "call %d", op)
				}
			}
			require.Zero(t, d.leading)
			require.Zero(t, d.taking)
			require.Zero(t, d.busy)
			require.Empty(t, d.waiting)
			require.Nil(t, d.long, "no timer runs")
			require.Empty(t, d.idle, "nobody has nothing to do")
		})
	}
}
