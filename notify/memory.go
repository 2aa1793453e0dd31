package notify

import (
	"sync"

	"github.com/ewspush/ewspush/ews"
)

// memory is what one request is read and decoded into. Made for one request it
// is the receiver's afterwards; with Options.Lend it comes from a pool, and the
// rule is: nothing outside a Handler's decide keeps any of it, since whoever
// gets it must have returned before decide gives it back. Strings of the body
// are no part of it: there is a new copy for each request, see decode.
type memory struct {
	body        []byte
	decoder     *ews.SendNotificationDecoder // nil if it is not lent
	delivery    Delivery
	undecodable Undecodable
}

// keptBody is up to which size the memory for a body is used again.
const keptBody = 256 << 10

// newMemories returns the pool of a Handler, or nil if it lends nothing.
func newMemories(opts *Options) *sync.Pool {
	if !opts.Lend {
		return nil
	}
	return &sync.Pool{New: func() any {
		return &memory{decoder: ews.NewSendNotificationDecoder(opts.Limits)}
	}}
}

// take returns memory for one request.
func (h *Handler) take() *memory {
	if h.memories == nil {
		return &memory{}
	}
	return h.memories.Get().(*memory)
}

// giveBack ends what take has begun.
func (h *Handler) giveBack(m *memory) {
	if h.memories == nil {
		return
	}
	m.decoder.Reset()
	m.delivery, m.undecodable = Delivery{}, Undecodable{}
	if m.body = m.body[:0]; cap(m.body) > keptBody {
		m.body = nil
	}
	h.memories.Put(m)
}

// decode decodes the body.
func (m *memory) decode(limits *ews.Limits) (*ews.SendNotification, error) {
	if m.decoder == nil {
		return ews.ParseSendNotification(m.body, limits)
	}
	return m.decoder.DecodeBytes(m.body)
}
