package notify

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Options of a Handler. The zero value of every field is its default.
type Options struct {
	// MaxBodyBytes is the size of the largest body that is read; a larger one
	// is answered 413. Default 2 MiB, which is some two thousand events.
	MaxBodyBytes int64
	// Limits bounds what is decoded. Its MaxBytes defaults to MaxBodyBytes
	// here, its other fields to the defaults of package ews. A body beyond the
	// limits counts as one that cannot be decoded.
	Limits *ews.Limits
	// ReadTimeout bounds the time in which the body must arrive. Default 30 s;
	// negative means no bound by the handler. A shorter ReadTimeout of the
	// http.Server stays in force.
	ReadTimeout time.Duration
	// ReceiveTimeout is when the context of the Receiver ends. Default 25 s;
	// negative means never. How long Exchange waits for an answer is not
	// documented; by then it has probably not given up yet. The http.Server's
	// WriteTimeout, if any, must be longer than both timeouts together.
	ReceiveTimeout time.Duration
	// RequireHeaders refuses with 415 what does not look like Exchange: a
	// Content-Type other than text/xml, or a SOAPAction that is present and is
	// not the one of SendNotification, in quotation marks or without. Other
	// servers leave SOAPAction out.
	RequireHeaders bool
	// Lend lends the Receiver what it gets instead of giving it away: the
	// Delivery with its Messages, events and Body, or the Undecodable, is good
	// until the call returns, and its memory is used for another request then.
	// The strings in them are safe to keep; each keeps all of the body. It is
	// for receivers that store what they get before they return, as package
	// push does, and makes garbage of little more than the size of the body.
	Lend bool
	// GET answers GET and HEAD, to which the handler otherwise says 405: a
	// confirmation page for the person who opens the callback URL in a browser.
	// These requests are not authenticated.
	GET http.Handler
	// Logger gets one record per request that is not answered OK. Requests that
	// are not authenticated appear at debug level only. URLs and bodies are
	// never logged. Default slog.Default().
	Logger *slog.Logger
	// Trace is told about every answer, for metrics.
	Trace *Trace
}

const (
	defaultMaxBodyBytes   = 2 << 20
	defaultReadTimeout    = 30 * time.Second
	defaultReceiveTimeout = 25 * time.Second
)

// withDefaults returns a copy in which no field is left at zero.
func (o *Options) withDefaults() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.MaxBodyBytes <= 0 {
		out.MaxBodyBytes = defaultMaxBodyBytes
	}
	limits := ews.Limits{}
	if out.Limits != nil {
		limits = *out.Limits
	}
	if limits.MaxBytes <= 0 {
		limits.MaxBytes = int(out.MaxBodyBytes)
	}
	out.Limits = &limits
	if out.ReadTimeout == 0 {
		out.ReadTimeout = defaultReadTimeout
	}
	if out.ReceiveTimeout == 0 {
		out.ReceiveTimeout = defaultReceiveTimeout
	}
	if out.Logger == nil {
		out.Logger = slog.Default()
	}
	return out
}
