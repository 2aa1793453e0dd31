package ewstest

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"github.com/ewspush/ewspush/ews"
)

// setNotificationHeader sets the headers that Exchange sends: no User-Agent,
// and the SOAPAction without quotation marks.
func setNotificationHeader(h http.Header) {
	h["Accept"] = []string{"text/xml"}
	h["Content-Type"] = []string{"text/xml; charset=utf-8"}
	h["Soapaction"] = []string{ews.SOAPActionSendNotification}
	h["User-Agent"] = nil
}

// NewRequest returns the POST with which Exchange delivers a body: for a test
// of a handler through httptest.NewRecorder, or of a server through its client.
func NewRequest(ctx context.Context, url string, body []byte) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("ewstest: %w", err)
	}
	setNotificationHeader(req.Header)
	return req, nil
}
