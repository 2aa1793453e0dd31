package ewstest

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/fnv"
)

var errSyncState = errors.New("ewstest: not a sync state")

// syncState is how much of a folder a client knows. It is all in the text that
// the client keeps, so that it survives whatever happens to the server.
type syncState struct {
	mailbox guid
	folder  uint64 // counter of the store object
	epoch   uint64 // see Mailbox.InvalidateSyncStates
	base    int64  // everything up to here is known
	// pages are the answers since, while there was more to come. What changes
	// in between moves to the end of the log, so that it takes all of them to
	// know what the client has been told.
	pages []syncPage
}

// syncPage is an answer that told the changes up to a position, when the log
// reached to another.
type syncPage struct{ upto, last int64 }

// position returns where the next answer begins.
func (s *syncState) position() int64 {
	if n := len(s.pages); n > 0 {
		return s.pages[n-1].upto
	}
	return s.base
}

// told returns the position at which the client has last heard of an item, 0
// if it never has.
func (s *syncState) told(r *record) int64 {
	begin := s.base
	heard := r.seenBy(s.base)
	for _, p := range s.pages {
		if at := r.seenBy(p.last); at > begin && at <= p.upto {
			heard = at
		}
		begin = p.upto
	}
	return heard
}

// advance returns the state after an answer. A last one leaves nothing open.
func (s *syncState) advance(upto, last int64, more bool) syncState {
	next := *s
	if !more {
		next.base, next.pages = last, nil
		return next
	}
	next.pages = append(append([]syncPage(nil), s.pages...), syncPage{upto: upto, last: last})
	return next
}

func (s *syncState) encode() string {
	b := append([]byte{1}, s.mailbox[:]...)
	b = binary.AppendUvarint(b, s.folder)
	b = binary.AppendUvarint(b, s.epoch)
	b = binary.AppendVarint(b, s.base)
	for _, p := range s.pages {
		b = binary.AppendVarint(b, p.upto)
		b = binary.AppendVarint(b, p.last)
	}
	return base64.StdEncoding.EncodeToString(append(b, checksum(b)...))
}

func parseSyncState(text string) (*syncState, error) {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b) < 1+16+3+8 || b[0] != 1 {
		return nil, errSyncState
	}
	b, sum := b[:len(b)-8], b[len(b)-8:]
	if string(sum) != string(checksum(b)) {
		return nil, errSyncState
	}
	s := &syncState{}
	copy(s.mailbox[:], b[1:17])
	r := varints{b: b[17:]}
	s.folder, s.epoch, s.base = r.unsigned(), r.unsigned(), r.signed()
	for len(r.b) > 0 && !r.bad {
		s.pages = append(s.pages, syncPage{upto: r.signed(), last: r.signed()})
	}
	if r.bad {
		return nil, errSyncState
	}
	return s, nil
}

func checksum(b []byte) []byte {
	h := fnv.New64a()
	_, _ = h.Write(b) // never fails
	return h.Sum(nil)
}

// varints reads numbers one after another.
type varints struct {
	b   []byte
	bad bool
}

func (r *varints) unsigned() uint64 {
	v, n := binary.Uvarint(r.b)
	r.skip(n)
	return v
}

func (r *varints) signed() int64 {
	v, n := binary.Varint(r.b)
	r.skip(n)
	return v
}

func (r *varints) skip(n int) {
	if n <= 0 {
		r.bad, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}
