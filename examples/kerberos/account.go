package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/ewspush/ewspush/ews"
	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/keytab"
)

// account is who logs in, and where.
type account struct {
	realm, kdc, user, keytab, password string
}

// logIn gets the ticket that all others are got with. This is the moment when a
// wrong password shows, and the only one.
func (a *account) logIn() (*tickets, error) {
	conf, err := config.NewFromString(a.config())
	if err != nil {
		return nil, fmt.Errorf("kerberos: configuration: %w", err)
	}
	own := client.DisablePAFXFAST(true) // which Active Directory does not have
	var c *client.Client
	switch {
	case a.keytab != "":
		keys, err := keytab.Load(a.keytab)
		if err != nil {
			return nil, fmt.Errorf("kerberos: %s: %w", a.keytab, err)
		}
		c = client.NewWithKeytab(a.user, a.realm, keys, conf, own)
	case a.password != "":
		c = client.NewWithPassword(a.user, a.realm, a.password, conf, own)
	default:
		return nil, errors.New("kerberos: neither a keytab nor a password")
	}
	if err := c.Login(); err != nil {
		return nil, fmt.Errorf("kerberos: %w", err)
	}
	return &tickets{client: c}, nil
}

// config is a krb5.conf. Only tcp: tickets of Active Directory are too large for
// a packet, and a repeated packet may count as a second attempt.
func (a *account) config() string {
	conf := "[libdefaults]\ndefault_realm = " + a.realm + "\nudp_preference_limit = 1\n"
	if a.kdc == "" {
		return conf + "dns_lookup_kdc = true\n"
	}
	kdc := a.kdc
	if _, _, err := net.SplitHostPort(kdc); err != nil {
		kdc = net.JoinHostPort(kdc, "88")
	}
	return conf + "[realms]\n" + a.realm + " = {\nkdc = " + kdc + "\n}\n"
}

// tickets makes the tokens of one user. The library renews its ticket by itself.
type tickets struct {
	client *client.Client

	mu      sync.Mutex
	refused error // by the KDC, once and for all
}

func (l *tickets) close() { l.client.Destroy() }

// newContext is for ews.NegotiateTransport. A login that the KDC refuses, because
// the password has been changed meanwhile, is not tried again: it would lock the
// account.
func (l *tickets) newContext(_ context.Context, target ews.NegotiateTarget) (ews.NegotiateContext, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.refused != nil {
		return nil, l.refused
	}
	ticket, key, err := l.client.GetServiceTicket(target.SPN)
	if err != nil {
		err = fmt.Errorf("kerberos: a ticket for %s: %w", target.SPN, err)
		for _, code := range []string{"KDC_ERR_PREAUTH_FAILED", "KDC_ERR_CLIENT_REVOKED", "KDC_ERR_KEY_EXPIRED"} {
			if strings.Contains(err.Error(), code) {
				l.refused = err
			}
		}
		return nil, err
	}
	return &token{user: l.client, ticket: ticket, key: key, binding: target.BindingHash()}, nil
}
