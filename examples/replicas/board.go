package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// board prints what happens, a line each, as it happens.
type board struct {
	out   io.Writer
	start time.Time

	mu sync.Mutex
}

func newBoard(out io.Writer) *board { return &board{out: out, start: time.Now()} }

// line prints who did what.
func (b *board) line(who, format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = fmt.Fprintf(b.out, "%6.1fs  %-9s %s\n", time.Since(b.start).Seconds(), who, fmt.Sprintf(format, args...))
}

// text prints text as it is.
func (b *board) text(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = fmt.Fprintf(b.out, format+"\n", args...)
}
