package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
)

// sender posts notifications over one connection, one after the other, as
// Exchange does for a subscription. It costs little, so that what is measured
// is the server: requests are bytes that are made once, and the answers, which
// are all alike, are compared.
type sender struct {
	conn    net.Conn
	request []byte
	serial  *serial // of the body in request
	next    int

	answer []byte // the body of the first one
	buffer []byte // of the length of an answer
}

// dial connects to a server. body is copied.
func dial(ctx context.Context, host, path string, body []byte) (*sender, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	s := &sender{conn: conn, next: 1}
	s.request = fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\nAccept: text/xml\r\n"+
		"Content-Type: text/xml; charset=utf-8\r\n"+
		"Soapaction: http://schemas.microsoft.com/exchange/services/2006/messages/SendNotification\r\n\r\n",
		path, host, len(body))
	head := len(s.request)
	s.request = append(s.request, body...)
	if s.serial, err = newSerial(s.request[head:]); err == nil {
		err = s.learn()
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return s, nil
}

// learn posts the first notification, and remembers what an answer looks like.
func (s *sender) learn() error {
	if err := s.send(); err != nil {
		return err
	}
	var raw bytes.Buffer
	resp, err := http.ReadResponse(bufio.NewReader(io.TeeReader(s.conn, &raw)), nil)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK || !bytes.Contains(body, []byte(">OK<")) {
		return fmt.Errorf("answer %s: %q", resp.Status, body)
	}
	// The date in it is always of the same length.
	s.answer, s.buffer = body, make([]byte, raw.Len())
	return nil
}

func (s *sender) send() error {
	s.serial.set(s.next)
	s.next++
	_, err := s.conn.Write(s.request)
	return err
}

// post sends one notification and waits for the answer.
func (s *sender) post() error {
	if err := s.send(); err != nil {
		return err
	}
	if _, err := io.ReadFull(s.conn, s.buffer); err != nil {
		return err
	}
	if !bytes.HasPrefix(s.buffer, []byte("HTTP/1.1 200 ")) || !bytes.HasSuffix(s.buffer, s.answer) {
		return fmt.Errorf("answer: %q", s.buffer)
	}
	return nil
}

// crowd is the senders of one server.
type crowd []*sender

// gather connects so many senders, to each path in turn.
func gather(ctx context.Context, at address, body []byte, connections int) (crowd, error) {
	var c crowd
	for i := range connections {
		s, err := dial(ctx, at.Host, at.Paths[i%len(at.Paths)], slices.Clone(body))
		if err != nil {
			return nil, errors.Join(err, c.close())
		}
		c = append(c, s)
	}
	return c, nil
}

func (c crowd) close() error {
	var err error
	for _, s := range c {
		err = errors.Join(err, s.conn.Close())
	}
	return err
}
