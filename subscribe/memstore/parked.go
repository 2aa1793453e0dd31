package memstore

import (
	"bytes"
	"cmp"
	"context"
	"strings"

	"github.com/ewspush/ewspush/subscribe"
)

// compareParked orders parked events by key, sequence number and index.
func compareParked(a, b subscribe.ParkedID) int {
	return cmp.Or(
		strings.Compare(a.Key, b.Key),
		cmp.Compare(a.Seq, b.Seq),
		cmp.Compare(a.Index, b.Index),
	)
}

func (s *Store) seekParked(id subscribe.ParkedID) (at place, found bool) {
	at = s.parked.seek(func(p *subscribe.Parked) bool { return compareParked(p.ParkedID, id) < 0 })
	p, ok := s.parked.at(at)
	return at, ok && p.ParkedID == id
}

// Park implements subscribe.Store.
func (s *Store) Park(ctx context.Context, parked subscribe.Parked) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	parked.At = instant(parked.At)
	parked.Data = bytes.Clone(parked.Data)

	s.mu.Lock()
	defer s.mu.Unlock()
	at, found := s.seekParked(parked.ParkedID)
	if found {
		s.parked.replace(at, &parked)
	} else {
		s.parked.insert(at, &parked)
	}
	return nil
}

// Parked implements subscribe.Store.
func (s *Store) Parked(
	ctx context.Context, after subscribe.ParkedID, limit int,
) ([]subscribe.Parked, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var found []subscribe.Parked
	s.mu.RLock()
	at := s.parked.seek(func(p *subscribe.Parked) bool { return compareParked(p.ParkedID, after) <= 0 })
	for c := s.parked.from(at); !c.done() && len(found) < limit; c.next() {
		found = append(found, *c.value())
	}
	s.mu.RUnlock()
	for i := range found {
		found[i].Data = bytes.Clone(found[i].Data)
	}
	return found, nil
}

// Unpark implements subscribe.Store.
func (s *Store) Unpark(ctx context.Context, id subscribe.ParkedID) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	at, found := s.seekParked(id)
	if !found {
		return subscribe.ErrNotFound
	}
	s.parked.remove(at)
	return nil
}

func (s *Store) deleteParked(key string) {
	at := s.parked.seek(func(p *subscribe.Parked) bool { return p.Key < key })
	for {
		p, ok := s.parked.at(at)
		if !ok || p.Key != key {
			return
		}
		s.parked.remove(at)
		// The removal may have emptied a chunk or joined two of them.
		at = s.parked.seek(func(p *subscribe.Parked) bool { return p.Key < key })
	}
}
