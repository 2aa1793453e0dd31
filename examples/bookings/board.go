package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// board shows what happens: a line each as it happens, or while it is open, a
// picture that is redrawn in place.
type board struct {
	out     io.Writer
	picture bool // open draws
	start   time.Time

	mu    sync.Mutex
	open  bool
	drawn int // lines of the picture that are on the screen
	frame frame
}

func newBoard(out io.Writer, picture bool) *board {
	return &board{
		out: out, picture: picture, start: time.Now(),
		frame: frame{style: style{plain: os.Getenv("NO_COLOR") != ""}},
	}
}

// isTerminal reports whether out is a terminal that obeys ANSI's sequences.
func isTerminal(out io.Writer) bool {
	f, ok := out.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	switch {
	case err != nil, info.Mode()&os.ModeCharDevice == 0, os.Getenv("TERM") == "dumb":
		return false
	case runtime.GOOS == "windows":
		return os.Getenv("WT_SESSION") != "" // older consoles do not
	}
	return true
}

// line prints who did what. Who is a room, "people", "Exchange" or "ewspush".
func (b *board) line(who, format string, args ...any) {
	line := fmt.Sprintf("%4.1fs %-8s %s", time.Since(b.start).Seconds(), printable(who), printable(fmt.Sprintf(format, args...)))
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		_, _ = fmt.Fprintln(b.out, line)
		return
	}
	b.frame.latest = append(b.frame.latest, line)
	b.draw()
}

// text prints text as it is, below the picture if there is one.
func (b *board) text(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	_, _ = fmt.Fprintf(b.out, format+"\n", args...)
}

// begin opens the picture.
func (b *board) begin() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = b.picture
}

// end leaves the picture as it is; what follows is printed below.
func (b *board) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open {
		b.draw()
	}
	b.open, b.drawn = false, 0
}

// show says what the rooms are like now.
func (b *board) show(rooms []roomView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.frame.rooms = slices.Clone(rooms)
	if b.open {
		b.draw()
	}
}

// draw replaces the picture on the screen by the present one, in one write. The
// cursor stays visible, below the picture: whoever kills the program has it
// back where it belongs.
func (b *board) draw() {
	const wrap, noWrap, clearLine, clearBelow = "\x1b[?7h", "\x1b[?7l", "\x1b[K", "\x1b[J"
	var text strings.Builder
	if b.drawn > 0 {
		fmt.Fprintf(&text, "\x1b[%dA", b.drawn)
	}
	text.WriteString("\r" + noWrap)
	lines := b.frame.lines(time.Since(b.start))
	for _, line := range lines {
		// Cleared before, since the end of a line of full width would go with it.
		text.WriteString(clearLine + line + "\n")
	}
	text.WriteString(clearBelow + wrap)
	b.drawn = len(lines)
	_, _ = io.WriteString(b.out, text.String())
}
