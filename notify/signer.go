package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
)

// MinSecretBytes is the least length of a secret. 32 random bytes are a good
// choice.
const MinSecretBytes = 16

// maxURLLength is what Exchange accepts: "less than 2083 characters".
const maxURLLength = 2082

// Signer makes callback URLs that carry an address and its HMAC-SHA256, and
// recognises them. It is safe for concurrent use and remembers nothing: every
// replica with the same secrets accepts the URLs of every other.
//
// A Signer of NewSigner puts the address into the path:
//
//	https://hooks.example.com/ews/cm9vbS0xMg/dk7x3k2p/kbPZ…
//
// one of NewQuerySigner into the query:
//
//	https://hooks.example.com/SyncNotification.svc?Default&ewspush=cm9vbS0xMg.dk7x3k2p.kbPZ…
//
// Authenticate accepts both forms from either, so that an installation can
// change from one to the other while subscriptions with the old URL live on.
// The key is in base64url, the generation in base 36: only letters, digits,
// "-", "_" and ".", which no proxy decodes, encodes or normalises.
//
// Of the path only the last three segments count, and scheme, host and prefix
// do not: a reverse proxy may map the published URL to any other as long as
// those three segments stay at its end, letter case included.
//
// A callback URL is a credential: whoever knows it can make the receiver
// believe that something has changed. Do not log it, and have the proxies in
// front not log it either.
type Signer struct {
	base  baseURL
	seals []*seal // one for each secret, the first of which signs
}

var (
	_ Authenticator = (*Signer)(nil)
	_ QueryStripper = (*Signer)(nil)
)

// NewSigner returns a Signer that puts the address into the path below base.
//
// The base is an absolute http or https URL without user name and fragment, as
// Exchange will see it; characters beyond ASCII and spaces must be
// percent-encoded. If it has a query, the query stays behind the address. URL
// uses the first secret; Authenticate accepts all of them. To rotate, put the
// new secret first and keep the old one until no subscription is left that was
// made with it. Secrets are copied, and must have at least MinSecretBytes.
func NewSigner(base string, secrets ...[]byte) (*Signer, error) {
	return newSigner(base, inPath, secrets)
}

// NewQuerySigner returns a Signer that leaves the path of base alone and puts
// the address into the query, for installations whose proxy publishes exactly
// one path. A query that base has already, even a bare word like "?Default",
// stays in front as it is. Everything else is as in NewSigner.
func NewQuerySigner(base string, secrets ...[]byte) (*Signer, error) {
	return newSigner(base, inQuery, secrets)
}

func newSigner(base string, mode urlMode, secrets [][]byte) (*Signer, error) {
	parsed, err := parseBase(base, mode)
	if err != nil {
		return nil, err
	}
	if len(secrets) == 0 {
		return nil, errors.New("notify: no secret to sign callback URLs with")
	}
	s := &Signer{base: parsed, seals: make([]*seal, len(secrets))}
	for i, secret := range secrets {
		if len(secret) < MinSecretBytes {
			return nil, fmt.Errorf("notify: secret %d of %d has %d bytes, want at least %d", i+1, len(secrets), len(secret), MinSecretBytes)
		}
		s.seals[i] = newSeal(secret)
	}
	return s, nil
}

// URL returns the callback URL of an address. It fails if the key is empty, the
// generation is not greater than zero, or the URL would be longer than the
// 2,082 characters that Exchange accepts.
func (s *Signer) URL(a Address) (string, error) {
	switch {
	case a.Key == "":
		return "", errors.New("notify: callback URL: empty key")
	case a.Generation <= 0:
		return "", fmt.Errorf("notify: callback URL of %q: generation %d is not greater than zero", a.Key, a.Generation)
	}
	u := s.base.with(newToken(a, s.seals[0].sign(a)))
	if len(u) > maxURLLength {
		return "", fmt.Errorf("notify: callback URL of %q has %d characters, Exchange accepts %d", a.Key, len(u), maxURLLength)
	}
	return u, nil
}

// Authenticate returns the address that the URL of a request carries, if one of
// the secrets has signed it; otherwise an error that wraps ErrUnauthenticated
// and never quotes the URL. The signature is compared in constant time, and
// with all secrets.
func (s *Signer) Authenticate(r *http.Request) (Address, error) {
	if r.URL == nil {
		return Address{}, fmt.Errorf("%w: no URL", ErrUnauthenticated)
	}
	t, err := findToken(r.URL.Path, r.URL.RawQuery)
	if err != nil {
		return Address{}, err
	}
	a, err := t.address()
	if err != nil {
		return Address{}, err
	}
	match := false
	for _, seal := range s.seals {
		match = seal.has(t.mac, a) || match // all of them, whichever matches
	}
	if !match {
		return Address{}, fmt.Errorf("%w: no secret has made its signature", ErrUnauthenticated)
	}
	return a, nil
}

// StripQuery returns a raw query without the parameter that carries an address.
func (s *Signer) StripQuery(rawQuery string) string { return stripQuery(rawQuery) }

// Fingerprint returns a short hash of the base URL and of where the address
// goes. Subscriptions keep the URL that they were made with, so a fingerprint
// kept with a subscription tells when it must be made again. It does not cover
// the secrets, it is not secret, and it is the same in every process.
func (s *Signer) Fingerprint() string {
	sum := sha256.Sum256([]byte(s.base.mode.String() + " " + s.base.head + "\x00" + s.base.tail))
	return hex.EncodeToString(sum[:8])
}
