package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ewspush/ewspush/ews/ewstest"
)

// roleExchange is an Exchange that takes its time for an answer.
const roleExchange = "exchange"

type exchangeArgs struct {
	Mailboxes int
	Answer    time.Duration // what a Subscribe takes; 0 for no delay
}

type exchangeRole struct{ server *ewstest.Server }

// Start implements process.Role. The result is the URL of EWS.
func (e *exchangeRole) Start(_ context.Context, text json.RawMessage) (any, error) {
	var args exchangeArgs
	if err := json.Unmarshal(text, &args); err != nil {
		return nil, err
	}
	e.server = ewstest.NewServer(&ewstest.Options{Logger: quiet()})
	for i := range args.Mailboxes {
		e.server.Mailbox(mailboxOf(i))
	}
	if args.Answer > 0 {
		// Twice as often as needed: nobody is to be answered at once.
		e.server.Fault(ewstest.Fault{Kind: ewstest.FaultSlowResponse, Times: 2 * args.Mailboxes, Delay: args.Answer})
	}
	return e.server.URL(), nil
}

// Do implements process.Role.
func (e *exchangeRole) Do(_ context.Context, command string, _ json.RawMessage) (any, error) {
	return nil, fmt.Errorf("what is %q?", command)
}

// Close implements process.Role.
func (e *exchangeRole) Close() error {
	if e.server != nil {
		e.server.Close()
	}
	return nil
}

func mailboxOf(i int) string { return keyOf(i) + mailDomain }
