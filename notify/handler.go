package notify

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Handler receives push notifications; it is an http.Handler to mount wherever
// the callback URLs lead. The package comment has the table of its answers. It
// may serve any number of requests at a time, and starts no goroutines.
type Handler struct {
	auth        Authenticator
	stripper    QueryStripper // nil if auth is none
	receiver    Receiver
	undecodable UndecodableReceiver // nil if receiver is none
	opts        Options
	memories    *sync.Pool // of *memory; nil without Options.Lend
	allow       string     // the header Allow of a 405
	ok          reply
	unsubscribe reply
}

var _ http.Handler = (*Handler)(nil)

// NewHandler returns a Handler that hands what auth lets through to rcv. Nil
// opts stand for the defaults. It panics if auth or rcv is nil.
func NewHandler(auth Authenticator, rcv Receiver, opts *Options) *Handler {
	if auth == nil {
		panic("notify: NewHandler: nil Authenticator")
	}
	if rcv == nil {
		panic("notify: NewHandler: nil Receiver")
	}
	h := &Handler{
		auth:        auth,
		receiver:    rcv,
		opts:        opts.withDefaults(),
		allow:       http.MethodPost,
		ok:          newReply(ews.StatusOK),
		unsubscribe: newReply(ews.StatusUnsubscribe),
	}
	h.memories = newMemories(&h.opts)
	h.stripper, _ = auth.(QueryStripper)
	h.undecodable, _ = rcv.(UndecodableReceiver)
	if h.opts.GET != nil {
		h.allow = "GET, HEAD, POST"
	}
	return h
}

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.opts.GET != nil && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		h.opts.GET.ServeHTTP(w, r)
		return
	}
	start := time.Now()
	a := h.decide(w, r, start)
	err := h.write(w, r, &a)
	h.log(r.Context(), &a, err)
	if t := h.opts.Trace; t != nil && t.Answered != nil {
		a.Duration = time.Since(start)
		t.Answered(r.Context(), a)
	}
}

// decide goes through everything that can be wrong with a request, the cheapest
// first, and through nothing of a stranger's request but its head.
func (h *Handler) decide(w http.ResponseWriter, r *http.Request, start time.Time) Answer {
	limitRead(w, r, start, h.opts.ReadTimeout)
	if r.Method != http.MethodPost {
		return Answer{Cause: CauseMethod}
	}
	address, err := h.auth.Authenticate(r)
	if err != nil {
		return Answer{Cause: CauseUnauthenticated, Err: err}
	}
	a := Answer{Address: address}
	if a.Err = h.checkHead(r.Header); a.Err != nil {
		a.Cause = CauseUnsupported
		return a
	}
	m := h.take()
	defer h.giveBack(m)
	m.body, err = readBody(w, r, m.body, h.opts.MaxBodyBytes)
	a.BodyBytes = len(m.body)
	if err != nil {
		a.Cause, a.Err = CauseCutShort, err
		if errors.Is(err, errTooLarge) {
			a.Cause = CauseTooLarge
		}
		return a
	}
	unlimitRead(w, h.opts.ReadTimeout)
	h.handOver(r, m, &a)
	return a
}

func (h *Handler) checkHead(header http.Header) error {
	if err := checkEncoding(header); err != nil {
		return err
	}
	if h.opts.RequireHeaders {
		return checkHeaders(header)
	}
	return nil
}

// handOver decodes the body and calls the receiver that it is for.
func (h *Handler) handOver(r *http.Request, m *memory, a *Answer) {
	now := time.Now()
	query := r.URL.RawQuery
	if query != "" && h.stripper != nil {
		query = h.stripper.StripQuery(query)
	}
	n, err := m.decode(h.opts.Limits)
	if err == nil && len(n.ResponseMessages) == 0 {
		err = errors.New("notify: m:SendNotification without a message")
	}
	switch {
	case err == nil:
		m.delivery = Delivery{
			Address: a.Address, Messages: n.ResponseMessages,
			Body: m.body, ReceivedAt: now, RawQuery: query,
		}
		h.receive(r.Context(), now, a, func(ctx context.Context) error {
			return h.receiver.Receive(ctx, &m.delivery)
		})
	case errors.Is(err, io.ErrUnexpectedEOF):
		a.Cause, a.Err = CauseCutShort, err
	case h.undecodable == nil:
		a.Cause, a.Err = CauseUndecodable, err
	default:
		m.undecodable = Undecodable{
			Address: a.Address, Body: m.body, Err: err, ReceivedAt: now, RawQuery: query,
		}
		h.receive(r.Context(), now, a, func(ctx context.Context) error {
			return h.undecodable.ReceiveUndecodable(ctx, &m.undecodable)
		})
		if a.Cause == "" {
			a.Cause, a.Err = CauseUndecodable, err
		}
	}
}

// write sends the answer. A Status, however it came about, is a 200.
func (h *Handler) write(w http.ResponseWriter, r *http.Request, a *Answer) error {
	switch a.Status {
	case ews.StatusOK:
		a.StatusCode = http.StatusOK
		return h.ok.writeTo(w, r)
	case ews.StatusUnsubscribe:
		a.StatusCode = http.StatusOK
		return h.unsubscribe.writeTo(w, r)
	}
	code, text := statusOf(a.Cause)
	a.StatusCode = code
	if code == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", h.allow)
	}
	if text == "" {
		w.WriteHeader(code)
		return nil
	}
	http.Error(w, text, code)
	return nil
}

// log writes at most one record. The address is what the request was signed
// for; nothing else of the request is logged.
func (h *Handler) log(ctx context.Context, a *Answer, writeErr error) {
	if writeErr == nil && a.Cause == "" && a.Status == ews.StatusOK {
		return // nearly always
	}
	attrs := make([]slog.Attr, 0, 6)
	if a.Address != (Address{}) {
		attrs = append(attrs, slog.String("subscription", a.Address.Key), slog.Int64("generation", a.Address.Generation))
	}
	if a.Cause != "" {
		attrs = append(attrs, slog.Int("statusCode", a.StatusCode), slog.String("cause", string(a.Cause)))
	}
	if a.Err != nil {
		attrs = append(attrs, slog.Any("error", a.Err))
	}
	log := h.opts.Logger
	switch {
	case writeErr != nil:
		// Exchange has not been told and repeats what is safe already.
		attrs = append(attrs, slog.Any("writeError", writeErr))
		log.LogAttrs(ctx, slog.LevelWarn, "notification answered, but the answer did not get through", attrs...)
	case a.Cause == CausePanic:
		if p, ok := errors.AsType[*panicError](a.Err); ok {
			attrs = append(attrs, slog.String("stack", string(p.stack)))
		}
		log.LogAttrs(ctx, slog.LevelError, "receiver panicked", attrs...)
	case a.Cause == CauseUndecodable && a.Status != "":
		log.LogAttrs(ctx, slog.LevelWarn, "notification could not be decoded and was handed over as it is", attrs...)
	case a.Cause == CauseMethod, a.Cause == CauseUnauthenticated:
		log.LogAttrs(ctx, slog.LevelDebug, "request refused", attrs...)
	case a.Cause == CauseReceiver, a.Cause == CauseTimeout, a.Cause == CauseCanceled:
		log.LogAttrs(ctx, slog.LevelWarn, "notification not recorded, Exchange will repeat it", attrs...)
	case a.Cause != "":
		log.LogAttrs(ctx, slog.LevelWarn, "notification refused", attrs...)
	case a.Status == ews.StatusUnsubscribe:
		log.LogAttrs(ctx, slog.LevelInfo, "subscription ended at its notification", attrs...)
	}
}
