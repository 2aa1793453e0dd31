package subscribe

import "fmt"

// follow returns the record of a notification that arrives when tail is the
// journal's last record, or nil if the notification is a repetition and adds
// nothing. served are the generations whose notifications are accepted now;
// what was heard of others is forgotten. seq is the place of the new entry.
func follow(tail *record, r *Received, sub *subscription, served []int64, seq int64) *record {
	last, known := tail.heardOf(r.Generation)
	previous, watermark, events := r.previous(), r.watermark(), r.events()
	repeated := known && r.Err == nil && watermark != "" &&
		watermark == last.Watermark && previous == last.Previous
	// A repeated heartbeat is recorded: servers whose heartbeats do not move
	// the watermark look just the same, and each is a sign of life.
	if repeated && events > 0 {
		return nil
	}

	next := tail.successor()
	next.Generation, next.body = r.Generation, r.Body
	next.Events = events
	next.Total += events
	next.first = [1]heard{{Generation: r.Generation, Previous: previous, Watermark: watermark, At: r.At}}
	next.Heard = next.first[:]
	for _, h := range tail.Heard {
		for _, g := range served {
			if h.Generation == g && g != r.Generation {
				next.Heard = append(next.Heard, h)
			}
		}
	}

	broken := ""
	if !repeated {
		broken = chainBroken(r, sub, last, known)
	}
	switch {
	case r.Err != nil:
		next.Undecodable = true
		next.Gap, next.Detail = CauseUndecodable, r.Err.Error()
	case r.serverError() != nil:
		m := r.serverError()
		next.Gap, next.Detail = CauseServerError, string(m.ResponseCode)
		// The chain ends here; what is known of it stays, to resume from.
		next.Heard[0].Previous, next.Heard[0].Watermark = last.Previous, last.Watermark
	case !known && sub.Gap != "":
		next.Gap, next.Detail = sub.Gap, sub.Detail
	case broken != "":
		next.Gap, next.Detail = CauseBrokenChain, broken
	}
	if next.Gap != "" {
		next.LastGap = seq
	}
	return next
}

// chainBroken says where the notification does not continue what was received
// before, or "". Every watermark is optional: what is absent is not compared.
func chainBroken(r *Received, sub *subscription, last heard, known bool) string {
	at := last.Watermark
	if !known {
		// The first one should continue from where Exchange said that the
		// subscription starts. Its answer may still be on its way.
		at = sub.Watermark
	}
	for i := range r.Messages {
		n := r.Messages[i].Notification
		if n == nil {
			continue
		}
		if !known && n.PreviousWatermark == sub.Resumed {
			at = sub.Resumed // servers may name either
		}
		if at != "" && n.PreviousWatermark != "" && n.PreviousWatermark != at {
			return fmt.Sprintf("previous watermark is %s, the last one received is %s", n.PreviousWatermark, at)
		}
		at, known = n.Watermark(), true
	}
	return ""
}
