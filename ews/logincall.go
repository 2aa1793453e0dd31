package ews

import (
	"bytes"
	"context"
	"io"
	"net/http"
)

// loginCall is a request that may have to be sent more than once until its
// login is done.
type loginCall struct {
	req     *http.Request
	body    func() (io.ReadCloser, error)
	length  int64
	quiet   bool // the first message of a login may go without the body
	fullLeg bool // it did, and to no avail
}

// newLoginCall takes over the body of the request, and closes it. One that
// cannot be had again is read into memory.
func newLoginCall(req *http.Request, quiet bool) (*loginCall, error) {
	call := &loginCall{req: req, body: req.GetBody, length: req.ContentLength, quiet: quiet}
	if req.Body == nil || req.Body == http.NoBody {
		call.body, call.length, call.quiet = nil, 0, false
		return call, nil
	}
	if call.body != nil {
		return call, req.Body.Close()
	}
	read, err := io.ReadAll(req.Body)
	if closeErr := req.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return nil, err
	}
	call.length = int64(len(read))
	call.body = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(read)), nil }
	return call, nil
}

// request is what is sent in one leg of the call.
func (c *loginCall) request(ctx context.Context, authorization string, full bool) (*http.Request, error) {
	leg := c.req.Clone(ctx)
	leg.GetBody = nil
	leg.Close = false // the login belongs to the connection
	leg.Header.Del("Authorization")
	if authorization != "" {
		leg.Header.Set("Authorization", authorization)
	}
	leg.Body, leg.ContentLength = http.NoBody, 0
	if full && c.body != nil {
		body, err := c.body()
		if err != nil {
			return nil, err
		}
		leg.Body, leg.ContentLength = body, c.length
	}
	return leg, nil
}
