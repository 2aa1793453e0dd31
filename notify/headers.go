package notify

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// checkEncoding refuses compressed bodies: Exchange sends none, and a limit on
// the size would not mean anything.
func checkEncoding(h http.Header) error {
	for _, line := range h["Content-Encoding"] {
		for coding := range strings.SplitSeq(line, ",") {
			if c := strings.TrimSpace(coding); c != "" && !strings.EqualFold(c, "identity") {
				return errors.New("notify: Content-Encoding is not supported")
			}
		}
	}
	return nil
}

// checkHeaders is Options.RequireHeaders.
func checkHeaders(h http.Header) error {
	types := h["Content-Type"]
	if len(types) != 1 {
		return fmt.Errorf("notify: %d Content-Type headers, want text/xml", len(types))
	}
	mediaType, _, err := mime.ParseMediaType(types[0])
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return errors.New("notify: Content-Type cannot be read, want text/xml")
	}
	if mediaType != "text/xml" {
		return errors.New("notify: Content-Type is not text/xml")
	}
	actions := h["Soapaction"]
	if len(actions) > 1 {
		return fmt.Errorf("notify: %d SOAPAction headers", len(actions))
	}
	if len(actions) == 1 && unquote(strings.TrimSpace(actions[0])) != ews.SOAPActionSendNotification {
		return errors.New("notify: SOAPAction is not SendNotification")
	}
	return nil
}

// unquote removes one pair of quotation marks: SOAP 1.1 asks for them, Exchange
// leaves them out.
func unquote(s string) string {
	if len(s) >= 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return s[1 : len(s)-1]
	}
	return s
}
