package push

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// MaxDelegated is how many mailboxes a login can watch without impersonation:
// the subscriptions and the calls of all of them are charged to the login, and
// Exchange Online allows 20 subscriptions.
const MaxDelegated = 20

// countTimeout bounds how long counting may take: it is not worth waiting for.
const countTimeout = 10 * time.Second

// warnOfDelegation warns if there are more mailboxes than a login should watch
// without impersonation. It stops counting at the first too many.
func (s *Service) warnOfDelegation(ctx context.Context) {
	if s.clients.access != Delegate || s.warnings.has(WarningDelegation) {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, countTimeout)
	defer cancel()
	mailboxes := make(map[string]bool)
	for st, err := range s.All(ctx) {
		if err != nil {
			return // what cannot be counted now is counted with the next Subscribe
		}
		mailboxes[strings.ToLower(st.Spec.Mailbox)] = true
		if len(mailboxes) > MaxDelegated {
			s.warnings.add(ctx, WarningDelegation, fmt.Sprintf(
				"more than %d mailboxes are watched without impersonation: all of them are charged to the login, whose limits "+
					"(20 subscriptions in Exchange Online) they exceed; give it the role ApplicationImpersonation", MaxDelegated))
			return
		}
	}
}
