package push

import (
	"context"
	"log/slog"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// WarningKind names a Warning.
type WarningKind string

// The kinds of warnings.
const (
	// WarningOnline: the server is Exchange Online, which is about to lose EWS.
	WarningOnline WarningKind = "online"
	// WarningGovernment: the server is in a cloud of the US government, which
	// does not call arbitrary addresses.
	WarningGovernment WarningKind = "government"
	// WarningDelegation: more mailboxes than MaxDelegated are watched without
	// impersonation.
	WarningDelegation WarningKind = "delegation"
)

// Warning is something that works now and is likely not to for long, or not
// for all.
type Warning struct {
	Kind  WarningKind
	Text  string // for people
	Since time.Time
}

// warnings keeps each kind of warning once, and logs it then.
type warnings struct {
	logger *slog.Logger

	mu   sync.Mutex
	list []Warning
}

func newWarnings(logger *slog.Logger) *warnings {
	if logger == nil {
		logger = slog.Default()
	}
	return &warnings{logger: logger}
}

// Warnings returns what people should know about how the service is set up, in
// the order in which it was found out. Each was logged then.
func (s *Service) Warnings() []Warning {
	s.warnings.mu.Lock()
	defer s.warnings.mu.Unlock()
	return slices.Clone(s.warnings.list)
}

func (w *warnings) has(kind WarningKind) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.ContainsFunc(w.list, func(other Warning) bool { return other.Kind == kind })
}

func (w *warnings) add(ctx context.Context, kind WarningKind, text string) {
	w.mu.Lock()
	known := slices.ContainsFunc(w.list, func(other Warning) bool { return other.Kind == kind })
	if !known {
		w.list = append(w.list, Warning{Kind: kind, Text: text, Since: time.Now()})
	}
	w.mu.Unlock()
	if !known {
		w.logger.WarnContext(ctx, "the service is at risk", "kind", string(kind), "warning", text)
	}
}

// ofClient warns of what shows in the endpoint's address.
func (w *warnings) ofClient(ctx context.Context, client *ews.Client) {
	endpoint, err := url.Parse(client.Endpoint())
	if err != nil {
		return
	}
	host := endpoint.Hostname()
	if isOnlineHost(host) {
		w.add(ctx, WarningOnline, onlineText)
	}
	if isGovernmentHost(host) {
		w.add(ctx, WarningGovernment, governmentText)
	}
}

// ofVersion warns of what shows in how the server names itself.
func (w *warnings) ofVersion(ctx context.Context, version ews.ServerVersionInfo) {
	if version.IsOnline() {
		w.add(ctx, WarningOnline, onlineText)
	}
}
