package notify

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"
)

var (
	errTooLarge = errors.New("notify: body is larger than allowed")
	errCutShort = errors.New("notify: body was cut short")
)

// maxBodyGuess bounds what is allocated on the strength of a Content-Length
// alone.
const maxBodyGuess = 64 << 10

// readBody reads the whole body into buf, whose length is 0, or into larger
// memory. Errors wrap errTooLarge or errCutShort; what was read comes back with
// them, to be counted.
func readBody(w http.ResponseWriter, r *http.Request, buf []byte, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return buf, fmt.Errorf("%w: Content-Length %d, limit %d bytes", errTooLarge, r.ContentLength, limit)
	}
	if r.Body == nil {
		return buf, fmt.Errorf("%w: it is empty", errCutShort)
	}
	src := r.Body
	if r.ContentLength < 0 {
		src = http.MaxBytesReader(w, src, limit)
	}
	// One byte more than expected leaves room to see the end.
	body := slices.Grow(buf, int(max(512, min(r.ContentLength+1, maxBodyGuess))))
	for {
		if len(body) == cap(body) {
			body = append(body, 0)[:len(body)]
		}
		n, err := src.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		if errors.Is(err, io.EOF) {
			break
		}
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return body, fmt.Errorf("%w: limit %d bytes", errTooLarge, limit)
		}
		if err != nil {
			return body, fmt.Errorf("%w after %d bytes: %w", errCutShort, len(body), err)
		}
		if r.ContentLength >= 0 && int64(len(body)) > r.ContentLength {
			break
		}
	}
	switch {
	case len(body) == 0:
		return body, fmt.Errorf("%w: it is empty", errCutShort)
	case r.ContentLength >= 0 && int64(len(body)) != r.ContentLength:
		// net/http notices by itself; a middleware that replaced the body does not.
		return body, fmt.Errorf("%w: %d bytes, Content-Length says %d", errCutShort, len(body), r.ContentLength)
	}
	return body, nil
}

// limitRead bounds the time for reading the body, which begins now. It holds for
// a refused request too, whose body net/http reads to the end before it answers.
func limitRead(w http.ResponseWriter, r *http.Request, now time.Time, timeout time.Duration) {
	if timeout < 0 {
		return
	}
	srv, ok := r.Context().Value(http.ServerContextKey).(*http.Server)
	if ok && srv.ReadTimeout > 0 && srv.ReadTimeout <= timeout {
		return
	}
	setReadDeadline(w, now.Add(timeout))
}

// unlimitRead lifts the bound once the body has been read. net/http does so by
// itself when it sees the end of a body, but not if a middleware has read the
// body before: then it is already waiting for the connection to close, and a
// deadline that passes meanwhile looks like that.
func unlimitRead(w http.ResponseWriter, timeout time.Duration) {
	if timeout >= 0 {
		setReadDeadline(w, time.Time{})
	}
}

func setReadDeadline(w http.ResponseWriter, t time.Time) {
	// A ResponseWriter that knows no deadlines, or a connection that is gone
	// already, is no reason to refuse: reading will tell.
	_ = http.NewResponseController(w).SetReadDeadline(t)
}
