package drivertest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// floor is what durable acknowledgements cost at least on this disk: everything
// that waits is appended to a file at once, and then there is one fdatasync for
// all of it.
type floor struct {
	file *os.File

	mu      sync.Mutex
	waiting []byte
	batch   *batch // that waiting belongs to
	busy    bool
}

type batch struct {
	done chan struct{}
	err  error
}

func newFloor(tb testing.TB) *floor {
	tb.Helper()
	file, err := os.Create(filepath.Join(tb.TempDir(), "floor"))
	require.NoError(tb, err)
	tb.Cleanup(func() { require.NoError(tb, file.Close()) })
	return &floor{file: file, batch: &batch{done: make(chan struct{})}}
}

func (f *floor) append(data []byte) error {
	f.mu.Lock()
	f.waiting = append(f.waiting, data...)
	mine := f.batch
	for f.busy {
		f.mu.Unlock()
		<-mine.done
		return mine.err
	}
	f.busy = true
	for len(f.waiting) > 0 {
		bytes, b := f.waiting, f.batch
		f.waiting, f.batch = nil, &batch{done: make(chan struct{})}
		f.mu.Unlock()
		_, b.err = f.file.Write(bytes)
		if b.err == nil {
			b.err = unix.Fdatasync(int(f.file.Fd()))
		}
		close(b.done)
		f.mu.Lock()
	}
	f.busy = false
	f.mu.Unlock()
	return mine.err
}
