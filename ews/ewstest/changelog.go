package ewstest

import (
	"iter"
	"slices"
	"sort"
)

// changeLog is what SyncFolderItems reads: which items of a folder have changed,
// in the order of their last change. Reading on from a position costs what is
// read, however many items there are.
type changeLog struct {
	last    int64 // newest position; the first is 1
	lines   []logLine
	records int // lines that still count
}

// logLine is a change of an item. It counts as long as it is the last one.
type logLine struct {
	at     int64
	record *record
}

// record is the history of an item in one folder. Its id never comes back: an
// item that returns has a new one.
type record struct {
	id      string
	item    *item   // nil once it has left the folder
	history []int64 // all positions, from the creation on
	content int64   // the last change of more than the read flag
}

func (r *record) last() int64 { return r.history[len(r.history)-1] }

// seenBy returns the record's last position up to a limit, 0 if there is none.
func (r *record) seenBy(limit int64) int64 {
	i := sort.Search(len(r.history), func(i int) bool { return r.history[i] > limit })
	if i == 0 {
		return 0
	}
	return r.history[i-1]
}

// itemChange is how an item has changed.
type itemChange int

const (
	changeContent itemChange = iota
	changeReadFlag
	changeGone
)

// write notes a change.
func (l *changeLog) write(r *record, how itemChange) {
	l.last++
	if len(r.history) == 0 {
		l.records++
	}
	r.history = append(r.history, l.last)
	if how != changeReadFlag {
		r.content = l.last
	}
	if how == changeGone {
		r.item = nil
	}
	l.lines = append(l.lines, logLine{at: l.last, record: r})
	if len(l.lines) > 2*l.records+64 {
		l.lines = slices.DeleteFunc(l.lines, func(line logLine) bool { return line.at != line.record.last() })
	}
}

// after yields the records whose last change comes after a position, in order.
func (l *changeLog) after(position int64) iter.Seq[*record] {
	i := sort.Search(len(l.lines), func(i int) bool { return l.lines[i].at > position })
	return func(yield func(*record) bool) {
		for _, line := range l.lines[i:] {
			if line.at == line.record.last() && !yield(line.record) {
				return
			}
		}
	}
}

// items yields what is in the folder, in the order of the last change.
func (l *changeLog) items() iter.Seq[*item] {
	return func(yield func(*item) bool) {
		for r := range l.after(0) {
			if r.item != nil && !yield(r.item) {
				return
			}
		}
	}
}
