package main

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/ewspush/ewspush/ews"
	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/chksumtype"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// token is one login: a single message. The library's own client could make it,
// but not with the binding to the TLS connection that Exchange asks for.
type token struct {
	user    *client.Client
	ticket  messages.Ticket
	key     types.EncryptionKey
	binding [16]byte
}

var _ ews.NegotiateContext = (*token)(nil)

// Step implements ews.NegotiateContext.
func (t *token) Step(_ context.Context, challenge []byte) ([]byte, error) {
	if challenge != nil {
		return nil, nil // there is nothing to add
	}
	request, err := spnego.NewKRB5TokenAPREQ(t.user, t.ticket, t.key, nil, nil)
	if err == nil {
		request.APReq, err = t.bound()
	}
	if err != nil {
		return nil, fmt.Errorf("kerberos: token: %w", err)
	}
	mech, err := request.Marshal()
	if err != nil {
		return nil, fmt.Errorf("kerberos: token: %w", err)
	}
	wrapped := spnego.SPNEGOToken{Init: true, NegTokenInit: spnego.NegTokenInit{
		MechTypes: []asn1.ObjectIdentifier{gssapi.OIDKRB5.OID()}, MechTokenBytes: mech,
	}}
	return wrapped.Marshal()
}

// bound is the request with the binding in the checksum of its authenticator,
// RFC 4121, section 4.1.1.
func (t *token) bound() (messages.APReq, error) {
	auth, err := types.NewAuthenticator(t.user.Credentials.Domain(), t.user.Credentials.CName())
	if err != nil {
		return messages.APReq{}, err
	}
	sum := binary.LittleEndian.AppendUint32(nil, uint32(len(t.binding)))
	sum = append(sum, t.binding[:]...)
	sum = binary.LittleEndian.AppendUint32(sum, gssapi.ContextFlagInteg|gssapi.ContextFlagConf)
	auth.Cksum = types.Checksum{CksumType: chksumtype.GSSAPI, Checksum: sum}
	return messages.NewAPReq(t.ticket, t.key, auth)
}
