package ewstest

import (
	"log/slog"
	"maps"
)

// Stats counts what a Server has done since it was made; a restart does not
// reset it.
type Stats struct {
	Requests int // HTTP requests that arrived
	// Operations are the calls of each operation that were understood, also those
	// that were refused: "GetItem", "SyncFolderItems", …
	Operations map[string]int
	Throttled  int // calls refused because of Options.RequestsPerMinute
	Subscribes int // Subscribe operations that took effect, also where the response was lost
	Refusals   int // Subscribe operations answered with an error

	Sent     int // attempts to post a notification
	Accepted int // notifications answered with OK; skipped ones count too
	Failed   int // attempts without an acceptable answer
	Repeated int // attempts that were not the first of their notification

	Unsubscribed int // push subscriptions ended by the answer Unsubscribe
	Dropped      int // push subscriptions given up at the end of the retry ladder
	EndedByError int // subscriptions that ended with an error message
	Forgotten    int // subscriptions lost in restarts

	Faults int // lines of the fault script that were played
}

// Stats returns the counters.
func (s *Server) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	stats := s.stats
	stats.Operations = maps.Clone(stats.Operations)
	return stats
}

func (s *Server) count(f func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.stats)
}

const (
	levelFailed  = slog.LevelWarn  // event 6 of MSExchange Web Services
	levelDropped = slog.LevelError // event 7
)

func logMailbox(sub *subscription) slog.Attr { return slog.String("mailbox", sub.mailbox.address) }
func logAttempt(n int) slog.Attr             { return slog.Int("attempt", n) }
func logError(err error) slog.Attr           { return slog.Any("error", err) }
