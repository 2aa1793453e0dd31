package main

import (
	"net/http"
	"sync/atomic"
)

// firewall is between Exchange and the program.
type firewall struct {
	behind http.Handler
	closed atomic.Bool
}

// ServeHTTP implements http.Handler. While it is closed it cuts connections.
func (f *firewall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.closed.Load() {
		panic(http.ErrAbortHandler)
	}
	f.behind.ServeHTTP(w, r)
}
