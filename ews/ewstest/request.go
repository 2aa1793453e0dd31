package ewstest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

const (
	servicePath = "/EWS/Exchange.asmx"
	// maxRequest is how long a request may be: 400 KB.
	maxRequest = 400 << 10
)

// call is one operation that somebody asks for.
type call struct {
	server  *Server
	name    string
	body    *element       // of the operation
	account *account       // nil where no login is asked for
	actor   *Mailbox       // whose name the call is made in; nil for an account without a mailbox
	version string         // RequestServerVersion
	zone    string         // of the TimeZoneContext; "" for none
	loc     *time.Location // the same; nil is UTC
	epoch   int
	made    *subscription // by this call; starts after the response
	culprit string        // the FieldURI of the property for which the item at hand is refused
}

// operation is what the server does for an element of that name.
type operation struct {
	rule   rule
	since  int                                                     // the first version of the schema that has it, see versions
	flat   bool                                                    // the response is its own and only message
	handle func(context.Context, *call) ([]responseMessage, error) // under the server's lock; an error is a *soapFault
}

// ServeHTTP answers an EWS request. A Server listens by itself; this is for
// those who put something in front of it.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.count(func(c *Stats) { c.Requests++ })
	s.setResponseHeader(w.Header(), r)
	if s.serveAutodiscover(w, r) {
		return
	}
	file, described := s.description(r.URL.Path)
	if !described && !strings.EqualFold(r.URL.Path, servicePath) {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	account, ok := s.login(r)
	if !ok {
		s.challenge(w)
		return
	}
	if described {
		describe(w, r, file)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		s.fault(w, newFault(ews.ErrorRequestStreamTooBig))
		return
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c, err := s.newCall(r, account, body)
	if err != nil {
		s.fault(w, err)
		return
	}
	s.serve(w, r, c)
}

// serve plays the fault script around an operation.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, c *call) {
	s.mu.Lock()
	target := c.target()
	s.mu.Unlock()
	s.count(func(n *Stats) { n.Operations[c.name]++ })
	if s.misbehave(w, target, c) || s.throttled(w, target) {
		return
	}
	var messages []responseMessage
	var err error
	f, scripted := s.take(FaultResponseCode, target, c)
	switch {
	case scripted && f.SOAP:
		err = f.soapFault()
	case scripted:
		messages = c.allFailed(f.Code, f.Message)
	default:
		s.mu.Lock()
		if gone := s.closed || s.epoch != c.epoch; gone {
			s.mu.Unlock()
			panic(http.ErrAbortHandler)
		}
		messages, err = s.operations[c.name].handle(r.Context(), c)
		s.mu.Unlock()
	}
	if c.name == "Subscribe" {
		s.count(func(n *Stats) {
			if c.made != nil {
				n.Subscribes++
			} else {
				n.Refusals++
			}
		})
	}
	if c.made != nil {
		defer s.launch(c)
		if _, ok := s.take(FaultNotificationFirst, target, nil); ok {
			s.launch(c)
			<-c.made.settled
		}
	}
	if c.made != nil || c.name != "Subscribe" {
		if _, ok := s.take(FaultLostResponse, target, c); ok {
			panic(http.ErrAbortHandler)
		}
	}
	if f, ok := s.take(FaultSlowResponse, target, c); ok {
		if f.Delay == 0 {
			f.Delay = time.Minute
		}
		if c.made != nil {
			s.launch(c) // the effect does not wait
		}
		if wait(r.Context(), f.Delay) != nil {
			panic(http.ErrAbortHandler)
		}
	}
	if s.restarted(c) {
		panic(http.ErrAbortHandler)
	}
	if err != nil {
		s.fault(w, err)
		return
	}
	if s.operations[c.name].flat {
		s.respondFlat(w, c.name, messages[0])
		return
	}
	s.respond(w, c.name, messages)
}

// misbehave plays the faults that keep a call from taking effect.
func (s *Server) misbehave(w http.ResponseWriter, target *Mailbox, c *call) bool {
	if _, ok := s.take(FaultRestart, target, c); ok {
		s.Restart()
		panic(http.ErrAbortHandler)
	}
	if _, ok := s.take(FaultLogin, target, c); ok {
		s.challenge(w)
		return true
	}
	if f, ok := s.take(FaultHTTPStatus, target, c); ok {
		if f.Status == 0 {
			f.Status = http.StatusServiceUnavailable
		}
		if f.BackOff > 0 {
			seconds := (f.BackOff + time.Second - 1) / time.Second
			w.Header().Set("Retry-After", strconv.FormatInt(int64(seconds), 10))
		}
		w.WriteHeader(f.Status)
		return true
	}
	if f, ok := s.take(FaultServerBusy, target, c); ok {
		f.Code = ews.ErrorServerBusy
		s.fault(w, f.soapFault())
		return true
	}
	return false
}

// newCall reads the envelope: what is asked for, and in whose name.
func (s *Server) newCall(r *http.Request, account *account, body []byte) (*call, error) {
	if len(body) == 0 {
		return nil, newFault(ews.ErrorInvalidRequest)
	}
	root, broken := parse(body)
	if broken != nil {
		return nil, broken.soapFault()
	}
	header, operation, v := openEnvelope(root)
	if v != nil {
		return nil, v.soapFault()
	}
	c := &call{server: s, name: operation.name, body: operation, account: account}
	op, known := s.operations[c.name]
	if !known {
		return nil, newFault(ews.ErrorInvalidRequest)
	}
	if operation.space != ews.NamespaceMessages {
		return nil, operation.violates("The element %s has invalid child element %s.", quoted(ews.NamespaceEnvelope, "Body"), quoted(operation.space, operation.name)).soapFault()
	}
	var err error
	if c.version, err = requestVersion(header); err != nil {
		return nil, err
	}
	if slices.Index(versions(), c.version) < op.since {
		return nil, newFault(ews.ErrorInvalidServerVersion)
	}
	if v := op.rule.check(operation); v != nil {
		return nil, v.soapFault()
	}
	c.zone, c.loc = s.timeZoneContext(header)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.epoch = s.epoch
	c.actor, err = s.actor(r, account, header)
	return c, err
}

// openEnvelope returns the header, which may be nil, and the operation.
func openEnvelope(root *element) (header, operation *element, v *violation) {
	if root.space != ews.NamespaceEnvelope || root.name != "Envelope" {
		return nil, nil, root.violates("The %s element is not declared.", quoted(root.space, root.name))
	}
	var body *element
	for i, e := range root.children {
		switch {
		case e.space == ews.NamespaceEnvelope && e.name == "Header" && i == 0:
			header = e
		case e.space == ews.NamespaceEnvelope && e.name == "Body" && body == nil:
			body = e
		default:
			return nil, nil, e.violates("The element %s has invalid child element %s.", quoted(root.space, root.name), quoted(e.space, e.name))
		}
	}
	if body == nil {
		return nil, nil, root.violates("The element %s has incomplete content.", quoted(root.space, root.name))
	}
	if len(body.children) != 1 {
		return nil, nil, body.violates("The element %s must have one child element.", quoted(body.space, body.name))
	}
	return header, body.children[0], nil
}

// launch starts the subscription that a call made, once. It is called after
// the response, so that the first notification usually comes after it.
func (s *Server) launch(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := c.made
	if sub.start == nil {
		return
	}
	start := sub.start
	sub.start = nil
	if s.closed || s.subscriptions[sub.id] != sub {
		close(sub.settled)
		sub.cancel()
		return
	}
	s.pushers.Go(start)
}

// restarted reports whether the server has been restarted since the call came.
func (s *Server) restarted(c *call) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed || s.epoch != c.epoch
}
