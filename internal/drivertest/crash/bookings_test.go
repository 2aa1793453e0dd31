package crash

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ewspush/ewspush/subscribe"
)

// bookings is the Handler of a child. It does its work and writes it down; now
// and then it is slow, or fails.
type bookings struct {
	diary  *diary
	office string
	calls  atomic.Int64

	mu  sync.Mutex
	rnd *rand.Rand
}

func newBookings(d *diary, office string, seed uint64) *bookings {
	return &bookings{diary: d, office: office, rnd: newRand(seed, d.life)}
}

var errBadDay = errors.New("the handler has a bad day")

// HandleEvent implements subscribe.Handler.
func (b *bookings) HandleEvent(ctx context.Context, e subscribe.Event) error {
	return b.call(ctx, e.Key, func() (line, error) {
		return line{Kind: lineEvent, Event: eventName(&e.Event), ID: e.ID}, nil
	})
}

// HandleGap implements subscribe.Handler: it compares with Exchange, by asking
// how many changes there are.
func (b *bookings) HandleGap(ctx context.Context, g subscribe.Gap) error {
	return b.call(ctx, g.Key, func() (line, error) {
		covered, err := b.compare(ctx, g.Mailbox)
		return line{Kind: lineGap, Cause: string(g.Cause), ID: g.ID, Covered: covered}, err
	})
}

// call writes down when the work begins and what came of it. Once ctx has
// ended nothing is done any more: another replica may be at it.
func (b *bookings) call(ctx context.Context, key string, work func() (line, error)) error {
	call := b.calls.Add(1)
	if err := b.diary.write(line{Kind: lineBegin, Key: key, Call: call}); err != nil {
		return err
	}
	result, err := b.luck(ctx, work)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		result = line{Kind: lineFailed}
	}
	result.Key, result.Call = key, call
	return errors.Join(err, b.diary.write(result))
}

func (b *bookings) luck(ctx context.Context, work func() (line, error)) (line, error) {
	b.mu.Lock()
	luck, pause := b.rnd.IntN(100), time.Duration(1+b.rnd.IntN(50))*time.Millisecond
	b.mu.Unlock()
	switch {
	case luck < 1:
		return line{}, errBadDay
	case luck < 21:
		sleep(ctx, pause)
	}
	return work()
}

// compare returns how many changes of a mailbox there have been.
func (b *bookings) compare(ctx context.Context, mailbox string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.office+"/changes?mailbox="+url.QueryEscape(mailbox), nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return 0, err
	}
	if resp.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("the comparison failed: %s", resp.Status)
	}
	return strconv.Atoi(string(text))
}
