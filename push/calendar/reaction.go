package calendar

import (
	"errors"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// longestWait bounds how long a room is left alone after a failure: a right that
// was missing may be granted at any time, and one call costs little.
const longestWait = 15 * time.Minute

// conclude decides when and where to try again.
func (p *presence) conclude(err error) {
	r := ews.ReactionTo(err).After(p.failures)
	p.failures++
	p.notBefore = time.Now().Add(min(r.Wait, longestWait))
	p.astray = r.Action == ews.ActionRediscover
}

// isGone reports whether the item is not there any more, or never was for long.
func isGone(err error) bool { return ews.ReactionTo(err).Action == ews.ActionTreatAsDeleted }

// maxDoubts is how often an unspecific error of an item ends a comparison
// before it is taken for the item's own.
const maxDoubts = 5

// isOfItem reports whether an error concerns one item alone and will not pass:
// then it must not keep the rest of the calendar from being told. A server in
// trouble and a damaged item are told apart by trying again.
func (p *presence) isOfItem(id string, err error) bool {
	if errors.Is(err, ews.ErrUnreadableItem) {
		return true
	}
	if _, ok := errors.AsType[*ews.ResponseError](err); !ok {
		return false
	}
	switch ews.ReactionTo(err).Action {
	case ews.ActionFixConfiguration, ews.ActionGiveUpMailbox:
		return true
	case ews.ActionRetry:
		if !isUnspecific(err) {
			return false
		}
	default:
		return false
	}
	if p.doubts == nil {
		p.doubts = make(map[string]int)
	}
	p.doubts[id]++
	return p.doubts[id] > maxDoubts
}

// isUnspecific reports whether an error says as little as that something went
// wrong.
func isUnspecific(err error) bool {
	on := ews.ReactionTo(err).On
	return on == string(ews.ErrorInternalServerError) ||
		!slices.ContainsFunc(ews.Reactions(), func(r ews.Reaction) bool { return r.On == on })
}
