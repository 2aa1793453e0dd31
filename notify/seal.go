package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"sync"
)

// macVersion begins what is signed, so that a later format cannot be mistaken
// for this one.
const macVersion = "ewspush callback address 1\x00"

// macLength is the length of a signature as it stands in URLs: 32 bytes in
// base64 without padding.
const macLength = (sha256.Size*8 + 5) / 6

// seal signs with one secret. Every request is checked before anything else is
// done for it, so the hash, which has taken the secret in already, and the
// memory around it are used again and again.
type seal struct{ pool sync.Pool }

// sealing is what one signature needs. Nobody else has it between Get and Put.
type sealing struct {
	mac     hash.Hash // keyed; Reset brings it back to that state
	message []byte
	sum     [sha256.Size]byte
	text    [macLength]byte
	claimed [macLength]byte
}

// maxMessage is up to which size the memory for a message is used again.
const maxMessage = 4096

func newSeal(secret []byte) *seal {
	secret = append([]byte(nil), secret...)
	s := &seal{}
	s.pool.New = func() any { return &sealing{mac: hmac.New(sha256.New, secret)} }
	return s
}

// sign returns the signature of an address as it stands in URLs.
func (s *seal) sign(a Address) string {
	w := s.begin()
	defer s.end(w)
	w.sign(a)
	return string(w.text[:])
}

// has reports whether text is the signature of an address. How long it takes
// does not depend on where the two differ.
func (s *seal) has(text string, a Address) bool {
	if len(text) != macLength {
		return false
	}
	w := s.begin()
	defer s.end(w)
	w.sign(a)
	copy(w.claimed[:], text)
	return subtle.ConstantTimeCompare(w.claimed[:], w.text[:]) == 1
}

func (s *seal) begin() *sealing { return s.pool.Get().(*sealing) }

func (s *seal) end(w *sealing) {
	if cap(w.message) <= maxMessage {
		s.pool.Put(w)
	}
}

// sign computes the signature. The key comes last and everything before it has
// a fixed length, so that two addresses never look the same to the hash.
func (w *sealing) sign(a Address) {
	w.message = append(w.message[:0], macVersion...)
	w.message = binary.BigEndian.AppendUint64(w.message, uint64(a.Generation)) //nolint:gosec // the bits are what matters
	w.message = append(w.message, a.Key...)
	w.mac.Reset()
	w.mac.Write(w.message)
	base64.RawURLEncoding.Encode(w.text[:], w.mac.Sum(w.sum[:0]))
}
