package notify

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/ewspush/ewspush/ews"
)

// reply is a SendNotificationResult, encoded once for all.
type reply struct {
	body []byte
	// The values of headers, shared by all answers.
	contentType, length []string
}

// contentType is the header value of every reply.
const contentType = "text/xml; charset=utf-8"

func newReply(status ews.SubscriptionStatus) reply {
	body, err := ews.EncodeSendNotificationResult(status)
	if err != nil {
		// Both legal values are constants of package ews.
		panic(fmt.Sprintf("notify: encode SendNotificationResult %s: %v", status, err))
	}
	return reply{body: body, contentType: []string{contentType}, length: []string{strconv.Itoa(len(body))}}
}

// writeTo answers 200. The status must be 200 exactly and the body complete:
// to Exchange anything else is a failed delivery.
//
// To so short an answer that begins with <?xml net/http adds both headers, as
// http.ResponseWriter says. Where the request came through it, and nobody else
// has set any, they are left to it: it copies a map that is not empty, which
// would take a twentieth of the time of a request.
func (p *reply) writeTo(w http.ResponseWriter, r *http.Request) error {
	if h := w.Header(); len(h) > 0 || r.Context().Value(http.ServerContextKey) == nil {
		h["Content-Type"] = p.contentType
		h["Content-Length"] = p.length
	}
	if _, err := w.Write(p.body); err != nil {
		return fmt.Errorf("notify: write the answer: %w", err)
	}
	return nil
}

// statusOf returns the status code of a refusal, and the few words that go with
// it. A stranger gets no words.
func statusOf(c Cause) (code int, text string) {
	switch c {
	case CauseMethod:
		return http.StatusMethodNotAllowed, "POST only"
	case CauseUnauthenticated:
		return http.StatusNotFound, ""
	case CauseUnsupported:
		return http.StatusUnsupportedMediaType, "want text/xml, not compressed"
	case CauseTooLarge:
		return http.StatusRequestEntityTooLarge, "too large"
	case CauseCutShort:
		return http.StatusBadRequest, "cut short"
	case CauseUndecodable:
		return http.StatusBadRequest, "not a notification"
	default:
		return http.StatusServiceUnavailable, "not recorded, please repeat"
	}
}
