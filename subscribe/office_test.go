package subscribe_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// office is a manager, a recorder and a store, with an Exchange whose every
// answer and notification the test decides. It lives in a synctest bubble.
type office struct {
	t        *testing.T
	store    subscribe.Store
	manager  *subscribe.Manager
	recorder *subscribe.Recorder
	log      *lines
	stop     func() error

	mu     sync.Mutex
	calls  []subscribeCall
	answer func(call subscribeCall) (*ews.SubscribeResponse, error)
	heard  []string // what the Handler was given, one word or two each
	event  func(context.Context, subscribe.Event) error
	gap    func(context.Context, subscribe.Gap) error
}

type subscribeCall struct {
	At         time.Time
	Mailbox    string
	Generation int64
	Request    ews.PushSubscriptionRequest
}

const room = "room-1"

func spec() subscribe.Spec {
	return subscribe.Spec{Key: room, Mailbox: "room1@example.com"}
}

// inOffice runs a test in a bubble. configure may change the Config.
func inOffice(t *testing.T, configure func(*subscribe.Config), test func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := &office{t: t, store: memstore.New(), log: &lines{}}
		o.open(configure)
		test(t, o)
		require.NoError(t, o.stop())
	})
}

// open starts a manager, the next life of the process.
func (o *office) open(configure func(*subscribe.Config)) {
	cfg := subscribe.Config{
		Store:      o.store,
		Subscriber: subscriberFunc(o.subscribe),
		Handler:    o,
		CallbackURL: func(key string, generation int64) (string, error) {
			return fmt.Sprintf("https://hooks.test/%s/%d", key, generation), nil
		},
		CallbackFingerprint: "here",
		Lease:               time.Hour, // there is only one replica
		Logger:              slog.New(slog.NewTextHandler(o.log, nil)),
	}
	if configure != nil {
		configure(&cfg)
	}
	var err error
	o.manager, err = subscribe.New(cfg)
	require.NoError(o.t, err)
	o.recorder = subscribe.NewRecorder(cfg.Store, &subscribe.RecorderOptions{Manager: o.manager, Logger: cfg.Logger})
	ctx, cancel := context.WithCancel(o.t.Context())
	ran := make(chan error, 1)
	go func() { ran <- o.manager.Run(ctx) }()
	o.stop = sync.OnceValue(func() error {
		cancel()
		return <-ran
	})
}

type subscriberFunc func(context.Context, string, *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error)

func (f subscriberFunc) Subscribe(ctx context.Context, mailbox string, req *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error) {
	return f(ctx, mailbox, req)
}

func (o *office) subscribe(_ context.Context, mailbox string, req *ews.PushSubscriptionRequest) (*ews.SubscribeResponse, error) {
	call := subscribeCall{At: time.Now(), Mailbox: mailbox, Request: *req}
	_, err := fmt.Sscanf(req.URL, "https://hooks.test/"+room+"/%d", &call.Generation)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	o.calls = append(o.calls, call)
	answer := o.answer
	o.mu.Unlock()
	if answer == nil {
		return &ews.SubscribeResponse{SubscriptionID: fmt.Sprint("id-", call.Generation)}, nil
	}
	return answer(call)
}

// answers, onEvent and onGap set what Exchange and the Handler do from now on.
func (o *office) answers(f func(subscribeCall) (*ews.SubscribeResponse, error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.answer = f
}

func (o *office) onEvent(f func(context.Context, subscribe.Event) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.event = f
}

func (o *office) onGap(f func(context.Context, subscribe.Gap) error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.gap = f
}

// subscribed returns the Subscribes so far, and expects that many.
func (o *office) subscribed(want int) []subscribeCall {
	o.t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	require.Len(o.t, o.calls, want, "number of Subscribes")
	return o.calls
}

// HandleEvent implements subscribe.Handler.
func (o *office) HandleEvent(ctx context.Context, e subscribe.Event) error {
	o.mu.Lock()
	o.heard = append(o.heard, e.Watermark)
	handle := o.event
	o.mu.Unlock()
	if handle == nil {
		return nil
	}
	return handle(ctx, e)
}

// HandleGap implements subscribe.Handler.
func (o *office) HandleGap(ctx context.Context, g subscribe.Gap) error {
	o.mu.Lock()
	o.heard = append(o.heard, "gap "+string(g.Cause))
	handle := o.gap
	o.mu.Unlock()
	if handle == nil {
		return nil
	}
	return handle(ctx, g)
}

// hears expects that the Handler was given this and nothing else since the last
// time, after everything has come to rest.
func (o *office) hears(want ...string) {
	o.t.Helper()
	synctest.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	require.Equal(o.t, strings.Join(want, ", "), strings.Join(o.heard, ", "))
	o.heard = nil
}

func (o *office) status() subscribe.Status {
	o.t.Helper()
	st, err := o.manager.Status(o.t.Context(), room)
	require.NoError(o.t, err)
	return st
}

// notify is a notification of Modified events with these watermarks.
func (o *office) notify(generation int64, previous string, watermarks ...string) error {
	return o.post(generation, previous, ews.ModifiedEvent, watermarks...)
}

// beat is a heartbeat.
func (o *office) beat(generation int64, previous, watermark string) error {
	return o.post(generation, previous, ews.StatusEvent, watermark)
}

func (o *office) post(generation int64, previous string, kind ews.EventType, watermarks ...string) error {
	o.t.Helper()
	n := &ews.Notification{SubscriptionID: fmt.Sprint("id-", generation), PreviousWatermark: previous}
	for _, w := range watermarks {
		e := ews.Event{Type: kind, Watermark: w}
		if kind != ews.StatusEvent {
			e.TimeStamp = time.Now().UTC().Truncate(time.Second)
			e.ItemID = &ews.ItemID{ID: "item"}
			e.ParentFolderID = &ews.FolderID{ID: "calendar"}
		}
		n.Events = append(n.Events, e)
	}
	return o.record(generation, ews.SendNotificationResponseMessage{
		ResponseMessage: ews.ResponseMessage{ResponseClass: ews.ResponseClassSuccess, ResponseCode: ews.NoError},
		Notification:    n,
	})
}

func (o *office) serverError(generation int64, code ews.ResponseCode) error {
	o.t.Helper()
	return o.record(generation, ews.SendNotificationResponseMessage{
		ResponseMessage: ews.ResponseMessage{ResponseClass: ews.ResponseClassError, ResponseCode: code},
	})
}

func (o *office) record(generation int64, m ews.SendNotificationResponseMessage) error {
	o.t.Helper()
	messages := []ews.SendNotificationResponseMessage{m}
	body, err := ews.EncodeSendNotification(&ews.SendNotification{ResponseMessages: messages})
	require.NoError(o.t, err)
	return o.recorder.Record(o.t.Context(), &subscribe.Received{
		Key: room, Generation: generation, At: time.Now(), Body: body, Messages: messages,
	})
}

// confirmed brings the office to work: subscribed, and the first heartbeat has
// come. It returns the generation, whose last watermark is "w0".
func (o *office) confirmed() int64 {
	o.t.Helper()
	require.NoError(o.t, o.manager.Subscribe(o.t.Context(), spec()))
	synctest.Wait()
	generation := o.subscribed(1)[0].Generation
	require.NoError(o.t, o.beat(generation, "", "w0"))
	o.hears("gap firstStart")
	return generation
}

// lines collects log lines.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *lines) count(s string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), s)
}

var errBadDay = errors.New("bad day")

// refuse makes every Subscribe fail.
func refuse(err error) func(subscribeCall) (*ews.SubscribeResponse, error) {
	return func(subscribeCall) (*ews.SubscribeResponse, error) { return nil, err }
}
