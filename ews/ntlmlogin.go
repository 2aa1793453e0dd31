package ews

import (
	"context"
	"fmt"

	"github.com/Azure/go-ntlmssp"
)

// ntlmLogin is one login with NTLM: two messages.
type ntlmLogin struct {
	user, password string
	binding        []byte // channelBinding, or nil
	done           bool
}

var _ NegotiateContext = (*ntlmLogin)(nil)

// Step implements NegotiateContext.
func (l *ntlmLogin) Step(_ context.Context, challenge []byte) ([]byte, error) {
	if challenge == nil {
		return ntlmssp.NewNegotiateMessage("", "")
	}
	if l.done { // the same password again would be a second attempt
		return nil, nil
	}
	l.done = true
	if l.binding != nil {
		bound, err := bindNTLMChallenge(challenge, l.binding)
		if err != nil {
			return nil, fmt.Errorf("ews: NTLMTransport: the server's challenge: %w", err)
		}
		challenge = bound
	}
	message, err := ntlmssp.NewAuthenticateMessage(challenge, l.user, l.password, nil)
	if err != nil {
		return nil, fmt.Errorf("ews: NTLMTransport: the server's challenge: %w", err)
	}
	return message, nil
}
