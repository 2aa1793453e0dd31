package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/ews/ewstest"
	"github.com/ewspush/ewspush/notify"
	"github.com/stretchr/testify/require"
)

// office is the world around the application: Exchange, the people, and what
// stands before the application in the network. It lives in the test process,
// which nobody kills.
type office struct {
	exchange *ewstest.Server
	rooms    []room
	balancer *balancer
	service  *httptest.Server // for the applications
	callback string
}

// room is a mailbox that is watched.
type room struct {
	Key, Mailbox    string
	StatusFrequency time.Duration
}

// hello is how an application says where it listens.
type hello struct{ Name, Addr string }

func newOffice(t *testing.T, rooms int, seed uint64) *office {
	t.Helper()
	o := &office{
		exchange: ewstest.NewServer(&ewstest.Options{
			// Heartbeats every second, and a subscription is given up after one
			// to three seconds without an answer.
			Minute: time.Second, CallbackTimeout: 3 * time.Second,
			Seed: seed, Logger: slog.New(slog.DiscardHandler),
		}),
		balancer: newBalancer(),
	}
	t.Cleanup(o.exchange.Close)
	front := httptest.NewServer(o.balancer)
	t.Cleanup(front.Close)
	o.callback = front.URL + "/ews"
	var err error
	o.balancer.signer, err = notify.NewSigner(o.callback, secrets()...)
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.HandleFunc("POST /hello", o.hello)
	mux.HandleFunc("GET /changes", o.changes)
	o.service = httptest.NewServer(mux)
	t.Cleanup(o.service.Close)
	for i := range rooms {
		r := room{
			Key: fmt.Sprintf("room-%02d", i), Mailbox: fmt.Sprintf("room%02d@example.com", i),
			StatusFrequency: time.Duration(1+i%3) * time.Minute,
		}
		o.exchange.Mailbox(r.Mailbox)
		o.rooms = append(o.rooms, r)
	}
	return o
}

func (o *office) hello(w http.ResponseWriter, r *http.Request) {
	var h hello
	if err := json.NewDecoder(r.Body).Decode(&h); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	o.balancer.set(h.Name, h.Addr)
	w.WriteHeader(http.StatusNoContent)
}

// changes answers what an application sees when it compares.
func (o *office) changes(w http.ResponseWriter, r *http.Request) {
	n := len(o.exchange.Mailbox(r.FormValue("mailbox")).Changes())
	_, _ = w.Write([]byte(strconv.Itoa(n))) // whoever asked may have been killed
}

// people change the calendars of all rooms until ctx ends.
func (o *office) people(ctx context.Context, t *testing.T, seed uint64) *sync.WaitGroup {
	t.Helper()
	var people sync.WaitGroup
	for _, room := range o.rooms {
		people.Go(func() { o.live(ctx, t, room, newRand(seed, room.Key)) })
	}
	return &people
}

// live is the people who use a room: about 25 changes in a second.
func (o *office) live(ctx context.Context, t *testing.T, r room, rnd *rand.Rand) {
	t.Helper()
	m := o.exchange.Mailbox(r.Mailbox)
	var items []string
	for sleep(ctx, time.Duration(rnd.ExpFloat64()*float64(40*time.Millisecond))) {
		if len(items) == 0 || rnd.IntN(3) == 0 {
			items = append(items, m.CreateItem())
			continue
		}
		i := rnd.IntN(len(items))
		id := items[i]
		var err error
		gone := true
		switch rnd.IntN(6) {
		case 0:
			_, err = m.DeleteItem(id, ewstest.MoveToDeletedItems)
		case 1:
			_, err = m.DeleteItem(id, ewstest.HardDelete)
		case 2:
			var copied string
			copied, err = m.CopyItem(id, ews.FolderID{DistinguishedID: ews.CalendarFolder})
			items, gone = append(items, copied), false
		default:
			err, gone = m.ModifyItem(id), false
		}
		if err != nil {
			t.Errorf("%s: %v", r.Key, err)
		}
		if gone {
			items = append(items[:i], items[i+1:]...)
		}
	}
}

// eventName names an event in its mailbox.
func eventName(e *ews.Event) string { return string(e.Type) + " " + e.Watermark }

// concerns reports whether the subscriptions of this test are told of an event:
// the calendar, without FreeBusyChanged.
func concerns(e *ews.Event, calendar string) bool {
	if e.Type == ews.FreeBusyChangedEvent || e.Type == ews.NewMailEvent {
		return false
	}
	switch {
	case e.FolderID != nil:
		return e.FolderID.ID == calendar
	case e.ParentFolderID.ID == calendar:
		return true
	}
	return e.OldParentFolderID != nil && e.OldParentFolderID.ID == calendar
}
