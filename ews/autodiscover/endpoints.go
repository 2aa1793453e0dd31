package autodiscover

import (
	"sync"

	"github.com/ewspush/ewspush/ews"
)

// endpoints holds one client per EWS endpoint. There are few: their hosts are
// trusted ones.
type endpoints struct {
	opts *ews.ClientOptions

	mu      sync.Mutex
	clients map[string]*ews.Client
}

func (e *endpoints) client(endpoint string) (*ews.Client, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.clients[endpoint]; c != nil {
		return c, nil
	}
	c, err := ews.NewClient(endpoint, e.opts)
	if err != nil {
		return nil, err
	}
	e.clients[endpoint] = c
	return c, nil
}
