package ewstest

import (
	"fmt"
	"sync"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// zones keeps the time zones that were asked for: finding one means reading
// files. Its methods may be called from many goroutines.
type zones struct {
	mu    sync.Mutex
	known map[string]*time.Location
}

// location returns the zone of a Windows name. The error wraps
// ErrorCalendarInvalidTimeZone.
func (z *zones) location(id string) (*time.Location, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if loc := z.known[id]; loc != nil {
		return loc, nil
	}
	loc, err := (&ews.TimeZone{ID: id}).Location()
	if err != nil {
		return nil, fmt.Errorf("ewstest: %w: %w", errorCalendarInvalidTimeZone, err)
	}
	if z.known == nil {
		z.known = map[string]*time.Location{}
	}
	z.known[id] = loc
	return loc, nil
}
