package ewstest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// maxReply bounds what is read of an answer to a notification.
const maxReply = 64 << 10

var errUnsubscribed = errors.New("ewstest: unsubscribed")

// push is the life of a push subscription: the first StatusEvent, then one
// notification at a time until it is ended or given up.
func (s *Server) push(ctx context.Context, sub *subscription) {
	defer sub.cancel()
	n := sub.first()
	for first := true; n != nil; first = false {
		err := s.deliver(ctx, sub, n)
		if first {
			close(sub.settled)
		}
		if err != nil || n.end {
			s.ended(ctx, sub, err)
			return
		}
		n = s.await(ctx, sub, n.more)
	}
}

// await blocks until there is something to send, except after a notification
// that said MoreEvents. It returns nil when ctx has ended.
func (s *Server) await(ctx context.Context, sub *subscription, more bool) *notification {
	if more {
		if n := sub.next(false); n != nil {
			return n
		}
	}
	timer := time.NewTimer(sub.frequency)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
			return sub.next(true)
		case <-sub.wake:
			if wait(ctx, s.opts.Delay) != nil {
				return nil
			}
			if n := sub.next(false); n != nil {
				return n
			}
		}
	}
}

// deliver posts a notification until it is accepted. The error says that it
// never was: errUnsubscribed, that of ctx, or that of the last attempt.
func (s *Server) deliver(ctx context.Context, sub *subscription, n *notification) error {
	if f, ok := s.take(FaultErrorMessage, sub.mailbox, nil); ok {
		e := errorMessage{code: f.Code, text: f.Message, end: f.End}
		n.message, n.end = e.message(sub.id), n.end || f.End
	} else if n.changes {
		if _, ok := s.take(FaultSkip, sub.mailbox, nil); ok {
			s.accepted(sub, n)
			return nil
		}
	}
	_, twice := s.take(FaultDuplicate, sub.mailbox, nil)
	body, err := ews.EncodeSendNotification(&ews.SendNotification{
		RequestServerVersion: sub.version,
		ResponseMessages:     []ews.SendNotificationResponseMessage{n.message},
	})
	if err != nil {
		return fmt.Errorf("ewstest: %w", err)
	}
	if err := s.repeat(ctx, sub, body); err != nil {
		return err
	}
	s.accepted(sub, n)
	if twice {
		s.count(func(c *Stats) { c.Repeated++ })
		if err := s.attempt(ctx, sub, body); errors.Is(err, errUnsubscribed) {
			return err
		}
	}
	return nil
}

// repeat climbs the retry ladder.
func (s *Server) repeat(ctx context.Context, sub *subscription, body []byte) error {
	var failed time.Time // first failure
	for n := 1; ; n++ {
		if err := s.whileUp(ctx); err != nil {
			return err
		}
		err := s.attempt(ctx, sub, body)
		if err == nil || errors.Is(err, errUnsubscribed) || ctx.Err() != nil {
			return err
		}
		if s.isDown() {
			n-- // our own fault
			continue
		}
		if n == 1 {
			failed = time.Now()
		}
		s.failed(ctx, sub, n, err)
		at := s.opts.rung(n)
		if at > sub.frequency {
			return err
		}
		if err := wait(ctx, time.Until(failed.Add(at))); err != nil {
			return err
		}
		s.count(func(c *Stats) { c.Repeated++ })
	}
}

// rung returns how long after the first failure the n-th one is followed by
// another attempt.
func (o *Options) rung(n int) time.Duration {
	half := o.Minute / 2
	if o.Ladder == LadderWaits {
		return half * (1<<n - 1)
	}
	return half << (n - 1)
}

// attempt posts a notification once.
func (s *Server) attempt(ctx context.Context, sub *subscription, body []byte) error {
	if f, ok := s.take(FaultDamagedBody, sub.mailbox, nil); ok {
		body = f.damage(body)
	}
	ctx, cancel := context.WithTimeout(ctx, s.opts.CallbackTimeout)
	defer cancel()
	s.mu.Lock()
	sub.abort = cancel
	s.stats.Sent++
	s.mu.Unlock()
	status, err := s.post(ctx, sub.url, body)
	s.mu.Lock()
	sub.abort = nil
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if status == ews.StatusUnsubscribe {
		return errUnsubscribed
	}
	return nil
}

func (s *Server) post(ctx context.Context, url string, body []byte) (ews.SubscriptionStatus, error) {
	req, err := NewRequest(ctx, url, body)
	if err != nil {
		return "", err
	}
	// The transport alone: no redirects, no cookies.
	resp, err := s.callbacks.RoundTrip(req)
	if err != nil {
		return "", fmt.Errorf("ewstest: %w", err)
	}
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return "", fmt.Errorf("ewstest: reply: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return "", fmt.Errorf("ewstest: reply: HTTP status %d", resp.StatusCode)
	}
	if len(reply) > maxReply {
		return "", fmt.Errorf("ewstest: reply: more than %d bytes", maxReply)
	}
	return s.readReply(reply)
}

// readReply reads an answer. Listeners say OK in the same bytes every time, so
// that the last such answer is remembered: reading XML is what a simulated week
// would spend most of its time on.
func (s *Server) readReply(reply []byte) (ews.SubscriptionStatus, error) {
	s.mu.Lock()
	known := bytes.Equal(reply, s.okReply) && len(reply) > 0
	s.mu.Unlock()
	if known {
		return ews.StatusOK, nil
	}
	status, err := ews.ParseSendNotificationResult(reply, nil)
	if err != nil {
		return "", fmt.Errorf("ewstest: reply: %w", err)
	}
	if status == ews.StatusOK {
		s.mu.Lock()
		s.okReply = reply
		s.mu.Unlock()
	}
	return status, nil
}

// wait returns nil after d, or the error of ctx.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// accepted moves the chain on.
func (s *Server) accepted(sub *subscription, n *notification) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub.last, sub.attempts = n.last, 0
	s.stats.Accepted++
}

func (s *Server) failed(ctx context.Context, sub *subscription, attempt int, err error) {
	s.mu.Lock()
	sub.attempts = attempt
	s.stats.Failed++
	s.mu.Unlock()
	s.opts.Logger.LogAttrs(ctx, levelFailed, "ewstest: a notification was not accepted", logMailbox(sub), logAttempt(attempt), logError(err))
}

// ended removes a subscription after its last notification.
func (s *Server) ended(ctx context.Context, sub *subscription, err error) {
	s.mu.Lock()
	if !s.remove(sub) { // by a restart
		s.mu.Unlock()
		return
	}
	switch {
	case err == nil:
		s.stats.EndedByError++
	case errors.Is(err, errUnsubscribed):
		s.stats.Unsubscribed++
	default:
		s.stats.Dropped++
	}
	s.mu.Unlock()
	if err != nil && !errors.Is(err, errUnsubscribed) {
		s.opts.Logger.LogAttrs(ctx, levelDropped, "ewstest: a subscription was given up", logMailbox(sub), logError(err))
	}
}
