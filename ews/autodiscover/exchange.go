package autodiscover

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// maxAnswer is how long an answer may be. Those of Exchange have a few kilobytes.
const maxAnswer = 1 << 20

// question is one request.
type question struct {
	method  Method
	url     string
	address address
	body    []byte // nil: GET
}

// operation is the name of a question in an *ews.HTTPError.
func (q *question) operation() string {
	switch q.method {
	case SOAP:
		return "GetUserSettings"
	default:
		return "Autodiscover " + string(q.method)
	}
}

// ask sends a question and returns the status and the body of the answer. The
// error wraps ErrUnreachable, or is an *ews.HTTPError, a *ServiceError for a
// redirect, or ErrAnswer.
func (q *question) ask(ctx context.Context, client *http.Client, userAgent string) ([]byte, error) {
	req, err := q.request(ctx, userAgent)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRedirect, err)
	}
	resp, err := client.Do(req)
	if err != nil {
		if e, ok := errors.AsType[*url.Error](err); ok { // which repeats the URL
			err = e.Err
		}
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer func() { _ = resp.Body.Close() }() // it has been read, or there is an error already
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	switch {
	case isRedirect(resp.StatusCode):
		target, err := resp.Location()
		if err != nil {
			return nil, fmt.Errorf("%w: HTTP %d without a Location", ErrRedirect, resp.StatusCode)
		}
		return nil, redirectTo(RedirectURL, target.String(), "HTTP "+strconv.Itoa(resp.StatusCode))
	case resp.StatusCode != http.StatusOK && q.isFault(resp, body):
		return body, nil
	case resp.StatusCode != http.StatusOK:
		return nil, q.refused(resp)
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrAnswer, maxAnswer)
	}
	return body, nil
}

func (q *question) request(ctx context.Context, userAgent string) (*http.Request, error) {
	if q.body == nil {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, q.url, nil)
		if err != nil {
			return nil, err
		}
		req.Header.Set("User-Agent", userAgent)
		if q.method == JSON {
			req.Header.Set("Accept", "application/json")
		}
		return req, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, q.url, bytes.NewReader(q.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("User-Agent", userAgent)
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("Accept", "text/xml")
	req.Header.Set("X-AnchorMailbox", q.address.String())
	if q.method == SOAP {
		req.Header.Set("SOAPAction", `"`+actionGetUserSettings+`"`)
	}
	return req, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// isFault reports whether a body is worth reading although the status is not
// 200: SOAP faults and JSON errors come with others.
func (q *question) isFault(resp *http.Response, body []byte) bool {
	switch q.method {
	case SOAP:
		return resp.StatusCode == http.StatusInternalServerError && bytes.Contains(body, []byte("Fault"))
	case JSON:
		return resp.StatusCode >= 400 && strings.Contains(resp.Header.Get("Content-Type"), "json")
	default:
		return false
	}
}

// refused makes the error of a status that is none of the above.
func (q *question) refused(resp *http.Response) error {
	e := &ews.HTTPError{Operation: q.operation(), StatusCode: resp.StatusCode}
	for _, challenge := range resp.Header.Values("WWW-Authenticate") {
		if scheme, _, _ := strings.Cut(strings.TrimSpace(challenge), " "); scheme != "" {
			e.Challenges = append(e.Challenges, clip(scheme))
		}
	}
	if seconds, err := strconv.ParseInt(resp.Header.Get("Retry-After"), 10, 32); err == nil {
		e.RetryAfter = max(0, time.Duration(seconds)*time.Second)
	}
	return e
}
