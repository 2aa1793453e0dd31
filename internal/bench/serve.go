package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// roleServe is a server that receives notifications in one of several ways.
const roleServe = "serve"

// serveArgs say what a server is.
type serveArgs struct {
	Kind   string // one of those in receivers
	Dir    string // for its files
	DSN    string // of PostgreSQL
	Keys   int
	Slower time.Duration // of the disk of SQLite, and of files
}

// address is where a server is found.
type address struct {
	Host  string   // with a port
	Paths []string // of the callback URLs, one for each key
}

// commandTidy has a store in memory forget what was recorded.
const commandTidy = "tidy"

type serveRole struct {
	http    *http.Server
	ended   chan error
	keys    []string
	memory  subscribe.Store // nil unless it is in memory
	closers []func() error
}

// Start implements process.Role.
func (s *serveRole) Start(ctx context.Context, text json.RawMessage) (any, error) {
	var args serveArgs
	if err := json.Unmarshal(text, &args); err != nil {
		return nil, err
	}
	s.keys = keysOf(args.Keys)
	build, ok := receivers()[args.Kind]
	if !ok {
		return nil, fmt.Errorf("there is no receiver %q", args.Kind)
	}
	handler, paths, err := build(ctx, s, args)
	if err != nil {
		return nil, err
	}
	listener, err := listen(ctx)
	if err != nil {
		return nil, err
	}
	s.serve(listener, handler)
	return address{listener.Addr().String(), paths}, nil
}

func listen(ctx context.Context) (net.Listener, error) {
	return new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
}

// serve begins to serve a handler; Close ends it.
func (s *serveRole) serve(listener net.Listener, handler http.Handler) {
	s.http = &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	s.ended = make(chan error, 1)
	go func() { s.ended <- s.http.Serve(listener) }()
}

// Do implements process.Role.
func (s *serveRole) Do(ctx context.Context, command string, _ json.RawMessage) (any, error) {
	if command != commandTidy {
		return nil, fmt.Errorf("what is %q?", command)
	}
	if s.memory == nil {
		return nil, nil
	}
	// As a manager would in the long run: otherwise memory is what is measured.
	var offsets []subscribe.Offset
	for _, key := range s.keys {
		tail, err := s.memory.Tail(ctx, key)
		if errors.Is(err, subscribe.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		offsets = append(offsets, subscribe.Offset{Key: key, Seq: tail.Seq})
	}
	if err := s.memory.Advance(ctx, offsets); err != nil {
		return nil, err
	}
	for {
		n, err := s.memory.Prune(ctx, time.Now().Add(time.Hour), 10_000)
		if n == 0 || err != nil {
			return nil, err
		}
	}
}

// Close implements process.Role.
func (s *serveRole) Close() error {
	var err error
	if s.http != nil {
		err = s.http.Close()
		if ended := <-s.ended; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
	}
	for _, closer := range s.closers {
		err = errors.Join(err, closer())
	}
	return err
}
