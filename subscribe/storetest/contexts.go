package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

func contextCases() []testCase {
	const rule = "Methods return promptly with an error once ctx has ended."
	return []testCase{{
		name: "Context/canceled before",
		rule: rule,
		run: func(c *check) {
			callAllEnded(c, "canceled", func(ctx context.Context) (context.Context, context.CancelFunc) {
				ctx, cancel := context.WithCancel(ctx)
				cancel()
				return ctx, cancel
			})
		},
	}, {
		name: "Context/past its deadline",
		rule: rule,
		run: func(c *check) {
			callAllEnded(c, "past its deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
				return context.WithDeadline(ctx, time.Unix(0, 0))
			})
		},
	}, {
		name: "Context/canceled meanwhile",
		rule: rule + " One that returns an error may have taken effect or not, or may yet do so soon after. " +
			"One that returns nil has taken effect.",
		run: cancelMeanwhile,
	}}
}

// methodCall is one call of a method.
type methodCall struct {
	method Methods
	call   func(ctx context.Context) error
}

// methodCalls prepares a key so that one call of each method succeeds, and
// returns these calls.
func methodCalls(c *check, key string) []methodCall {
	s := c.store
	row := c.put(newRow(key, moment(0), "1"))
	c.fill(key, 3)
	c.advance(key, 2)
	parked := c.park(newParked(key, 1, 0))
	return []methodCall{
		{Get, func(ctx context.Context) error {
			_, err := s.Get(ctx, key)
			return err
		}},
		{List, func(ctx context.Context) error {
			_, err := s.List(ctx, "", 10)
			return err
		}},
		{Due, func(ctx context.Context) error {
			_, err := s.Due(ctx, subscribe.AllShards, moment(1), 10)
			return err
		}},
		{Put, func(ctx context.Context) (err error) {
			next := row
			next.Data = []byte("2")
			next.Revision, err = s.Put(ctx, next)
			if err == nil {
				row = next
			}
			return err
		}},
		{Append, func(ctx context.Context) error { return s.Append(ctx, newEntry(key, 4, moment(4), "4")) }},
		{Tail, func(ctx context.Context) error {
			_, err := s.Tail(ctx, key)
			return err
		}},
		{Read, func(ctx context.Context) error {
			_, err := s.Read(ctx, key, 0, 10)
			return err
		}},
		{Backlog, func(ctx context.Context) error {
			_, err := s.Backlog(ctx, subscribe.AllShards, "", 10)
			return err
		}},
		{Offset, func(ctx context.Context) error {
			_, err := s.Offset(ctx, key)
			return err
		}},
		{Advance, func(ctx context.Context) error {
			return s.Advance(ctx, []subscribe.Offset{{Key: key, Seq: 3}})
		}},
		{Prune, func(ctx context.Context) error {
			_, err := s.Prune(ctx, moment(1_000_000), 10)
			return err
		}},
		{Park, func(ctx context.Context) error { return s.Park(ctx, newParked(key, 2, 0)) }},
		{Parked, func(ctx context.Context) error {
			_, err := s.Parked(ctx, subscribe.ParkedID{}, 10)
			return err
		}},
		{Unpark, func(ctx context.Context) error {
			return s.Unpark(ctx, parked.ParkedID)
		}},
		{Delete, func(ctx context.Context) error { return s.Delete(ctx, key, row.Revision) }},
	}
}

// callAllEnded calls all methods, first with a context that has ended and then
// with one that has not.
func callAllEnded(
	c *check, how string, end func(context.Context) (context.Context, context.CancelFunc),
) {
	ended, cancel := end(c.Context())
	defer cancel()
	for _, m := range methodCalls(c, "a") {
		ok, err := c.promptly(func() error { return m.call(ended) })
		switch {
		case !ok:
			c.fatalf("%v with a context %s has not returned within %v", m.method, how, c.opts.patience)
		case err == nil:
			c.fatalf("%v with a context %s returned no error", m.method, how)
		case errors.Is(err, subscribe.ErrConflict), errors.Is(err, subscribe.ErrNotFound):
			c.errorf("%v with a context %s returned %v, which is not what is wrong", m.method, how, err)
		}
	}
	// The store is none the worse for it. (What became of key "a" is open.)
	for _, m := range methodCalls(c, "b") {
		c.must(m.call(c.Context()), "%v after calls with a context %s", m.method, how)
	}
}

// promptly waits for a call, but not for long.
func (c *check) promptly(call func() error) (ok bool, err error) {
	done := make(chan error, 1)
	go func() { done <- call() }()
	timer := time.NewTimer(c.opts.patience)
	defer timer.Stop()
	select {
	case err := <-done:
		return true, err
	case <-timer.C:
		return false, nil
	}
}

// cancelMeanwhile appends and puts with contexts that are canceled at about
// the same time. What was told to have taken effect must be there, in order.
func cancelMeanwhile(c *check) {
	const writers, each = 4, 40
	type known struct {
		acknowledged map[int64]string
		err          error
	}
	results := make([]known, writers)
	race(writers, func(i int) error {
		key := fmt.Sprint("writer ", i)
		results[i] = known{acknowledged: make(map[int64]string)}
		row := newRow(key, moment(0), "")
		for n := range each {
			tail, err := c.store.Tail(c.Context(), key)
			if err != nil && !errors.Is(err, subscribe.ErrNotFound) {
				results[i].err = fmt.Errorf("storetest: Tail: %w", err)
				return nil
			}
			ctx, cancel := context.WithCancel(c.Context())
			var wg sync.WaitGroup
			wg.Go(cancel)
			e := newEntry(key, tail.Seq+1, moment(n), fmt.Sprint("number ", n))
			err = c.store.Append(ctx, e)
			wg.Wait()
			switch {
			case err == nil:
				results[i].acknowledged[e.Seq] = string(e.Data)
			case errors.Is(err, subscribe.ErrConflict):
				// One that was given up has taken effect since Tail: then the journal
				// has grown, and not by what was just refused.
				now, tailErr := c.store.Tail(c.Context(), key)
				if tailErr != nil || now.Seq < e.Seq || string(now.Data) == string(e.Data) {
					results[i].err = fmt.Errorf("storetest: Append of Seq %d, the tail's plus one, by the only writer: %w; the tail is now %d, %q, %v", e.Seq, err, now.Seq, now.Data, tailErr) //nolint:errorlint // may be nil
					return nil
				}
			}

			ctx, cancel = context.WithCancel(c.Context())
			wg.Go(cancel)
			revision, err := c.store.Put(ctx, row)
			wg.Wait()
			if err == nil {
				row.Revision = revision
			}
			stored, err := c.store.Get(c.Context(), key)
			switch {
			case err == nil && stored.Revision < row.Revision, err != nil && row.Revision > 0:
				results[i].err = fmt.Errorf("storetest: revision %d was written and is gone (error: %v)", row.Revision, err) //nolint:errorlint // may be nil
				return nil
			case err == nil:
				row = stored
			}
		}
		return nil
	})
	for i, result := range results {
		key := fmt.Sprint("writer ", i)
		c.must(result.err, "writes of key %q with contexts canceled meanwhile", key)
		entries, err := c.store.Read(c.Context(), key, 0, each+1)
		c.must(err, "Read")
		for n, e := range entries {
			if e.Seq != int64(n+1) {
				c.fatalf("entry %d of key %q has Seq %d after calls that were canceled meanwhile", n, key, e.Seq)
			}
		}
		for seq, data := range result.acknowledged {
			if seq > int64(len(entries)) || string(entries[seq-1].Data) != data {
				c.fatalf("Append of Seq %d returned nil although its context was canceled meanwhile, but the entry is not there", seq)
			}
		}
		if len(entries) == 0 {
			c.append(newEntry(key, 1, moment(0), "1"))
		}
	}
}
