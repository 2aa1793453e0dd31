package push

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ewspush/ewspush/ews"
)

// Throttle returns how the clients of this process restrain themselves now: one
// for each endpoint and login that has been called so far, in order of their
// endpoints.
func (s *Service) Throttle() []ews.ThrottleStatus {
	clients := s.clients.all()
	all := make([]ews.ThrottleStatus, 0, len(clients))
	for _, client := range clients {
		all = append(all, client.Throttle())
	}
	slices.SortStableFunc(all, func(a, b ews.ThrottleStatus) int { return cmp.Compare(a.Endpoint, b.Endpoint) })
	return all
}

// Resume is for who has mended the password, or the account: it ends the pause
// that the clients of this process make after a refused login, and has every
// subscription that the login stopped tried again at once. One call finds out
// whether it is accepted, before all others follow. Other replicas have clients
// of their own.
func (s *Service) Resume(ctx context.Context) error {
	for _, client := range s.clients.all() {
		client.Resume()
	}
	var failed error
	for st, err := range s.All(ctx) {
		if err != nil {
			return fmt.Errorf("push: Resume: %w", err)
		}
		if st.Action != ews.ActionStopLogin && st.Action != ews.ActionRefreshLogin {
			continue
		}
		if err := s.Retry(ctx, st.Spec.Key); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	if failed != nil {
		return fmt.Errorf("push: Resume: %w", failed)
	}
	return nil
}
