package ews

import (
	"io"
	"sync"
)

// loginBody is the body of a response whose connection can be used by others
// when it has been read or closed.
type loginBody struct {
	io.ReadCloser
	once sync.Once
	done func()
}

// Read implements io.Reader. When it returns an error, net/http is done with
// the connection, in one way or the other.
func (b *loginBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.once.Do(b.done)
	}
	return n, err
}

// Close implements io.Closer.
func (b *loginBody) Close() error {
	err := b.ReadCloser.Close()
	b.once.Do(b.done)
	return err
}
