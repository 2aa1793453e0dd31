package ews

import "container/list"

// queue holds calls that wait for their turn: a line for each mailbox, first
// come first served, and the lines one after the other.
type queue struct {
	lines    *list.List // of *line, the next one first
	byName   map[string]*line
	waitings int
}

// line is the calls of one mailbox.
type line struct {
	mailbox string
	place   *list.Element // in queue.lines
	waiters *list.List    // of *waiter
}

// waiter is a call that waits. turn or err is set before ready is closed.
type waiter struct {
	call  call
	place *list.Element // in line.waiters; nil once it waits no longer
	ready chan struct{}
	turn  *turn
	err   error
}

func newQueue() queue {
	return queue{lines: list.New(), byName: make(map[string]*line)}
}

func (q *queue) len() int { return q.waitings }

func (q *queue) add(w *waiter) {
	l := q.byName[w.call.mailbox]
	if l == nil {
		l = &line{mailbox: w.call.mailbox, waiters: list.New()}
		l.place = q.lines.PushBack(l)
		q.byName[l.mailbox] = l
	}
	w.place = l.waiters.PushBack(w)
	q.waitings++
}

// next takes out the call whose turn it is. There must be one.
func (q *queue) next() *waiter {
	l := q.lines.Front().Value.(*line)     //nolint:forcetypeassert // holds nothing else
	w := l.waiters.Front().Value.(*waiter) //nolint:forcetypeassert // holds nothing else
	q.lines.MoveToBack(l.place)
	q.remove(w)
	return w
}

// remove takes out a call, and reports whether it was still waiting.
func (q *queue) remove(w *waiter) bool {
	if w.place == nil {
		return false
	}
	l := q.byName[w.call.mailbox]
	l.waiters.Remove(w.place)
	w.place = nil
	q.waitings--
	if l.waiters.Len() == 0 {
		q.lines.Remove(l.place)
		delete(q.byName, l.mailbox)
	}
	return true
}

// all returns the calls that wait.
func (q *queue) all() []*waiter {
	waiters := make([]*waiter, 0, q.waitings)
	for e := q.lines.Front(); e != nil; e = e.Next() {
		for f := e.Value.(*line).waiters.Front(); f != nil; f = f.Next() { //nolint:forcetypeassert // holds nothing else
			waiters = append(waiters, f.Value.(*waiter)) //nolint:forcetypeassert // holds nothing else
		}
	}
	return waiters
}
