package main

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// floor is what durable acknowledgements cost at least on this disk: everything
// that waits is appended to a file at once, and then there is one fdatasync for
// all of it.
type floor struct {
	file   *os.File
	slower time.Duration // how much longer a flush takes than on this disk

	mu      sync.Mutex
	waiting []byte
	batch   *batch // that waiting belongs to
	busy    bool
}

type batch struct {
	done chan struct{}
	err  error
}

func newFloor(dir string, slower time.Duration) (*floor, error) {
	file, err := os.Create(filepath.Join(dir, "floor"))
	if err != nil {
		return nil, err
	}
	return &floor{file: file, slower: slower, batch: &batch{done: make(chan struct{})}}, nil
}

func (f *floor) close() error { return f.file.Close() }

// append returns when the data are on the disk.
func (f *floor) append(data []byte) error {
	f.mu.Lock()
	f.waiting = append(f.waiting, data...)
	mine := f.batch
	if f.busy {
		f.mu.Unlock()
		<-mine.done
		return mine.err
	}
	f.busy = true
	for len(f.waiting) > 0 {
		waiting, b := f.waiting, f.batch
		f.waiting, f.batch = nil, &batch{done: make(chan struct{})}
		f.mu.Unlock()
		_, b.err = f.file.Write(waiting)
		if b.err == nil {
			b.err = flush(f.file)
			takeLonger(f.slower)
		}
		close(b.done)
		f.mu.Lock()
	}
	f.busy = false
	f.mu.Unlock()
	return mine.err
}

// flush waits until what was written to the file is on the disk.
func flush(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}
