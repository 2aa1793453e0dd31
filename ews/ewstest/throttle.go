package ewstest

import (
	"net/http"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// budget is what a mailbox may still be asked for. It fills up as time passes,
// to Options.RequestsPerMinute at the most.
type budget struct {
	left float64
	at   time.Time // when left was right; zero: never used
}

// throttled refuses a call for a mailbox that has been asked for too much, with
// an ErrorServerBusy that says when there will be something left. Who goes on
// asking prolongs it.
func (s *Server) throttled(w http.ResponseWriter, m *Mailbox) bool {
	rate := float64(s.opts.RequestsPerMinute)
	if rate == 0 || m == nil {
		return false
	}
	s.mu.Lock()
	now, b := time.Now(), &m.budget
	if b.at.IsZero() {
		b.left = rate
	}
	b.left = min(rate, b.left+rate*float64(now.Sub(b.at))/float64(s.opts.Minute))
	b.at = now
	enough := b.left >= 1
	b.left = max(b.left-1, -rate)
	short := 1 - b.left
	if !enough {
		s.stats.Throttled++
	}
	s.mu.Unlock()
	if enough {
		return false
	}
	f := Fault{Code: ews.ErrorServerBusy, BackOff: time.Duration(short / rate * float64(s.opts.Minute))}
	s.fault(w, f.soapFault())
	return true
}
