package ews

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Do calls any operation. It is what Subscribe and Unsubscribe are made of.
//
// The request is marshalled by encoding/xml as the only element of the SOAP
// body; its names are tagged with the prefixes m and t, which the envelope
// declares: `xml:"m:GetFolder"`. The response, a pointer, is unmarshalled from
// the only element of the answer's body, whatever its name; names in tags
// either have no namespace, which fits all, or the full one. In it, a type that
// embeds ResponseMessage takes up each response message, to be passed to
// Reply.Check: errors of single items are not errors of Do. Tags with innerxml
// are not supported. A nil response discards the answer.
//
// The errors are *Fault, *HTTPError, and *CallError for everything else that
// comes of the call; *BackOffError if it was not sent because the server wants
// to be left alone; a request that cannot be made is none of them and has not
// been sent either. There is one attempt only.
func (c *Client) Do(ctx context.Context, operation string, request, response any) (*Reply, error) {
	req, id, err := c.newRequest(ctx, operation, request)
	if err != nil {
		return nil, fmt.Errorf("ews: %s: %w", operation, err)
	}
	turn, err := c.throttle.acquire(ctx, c.call(operation))
	if _, ok := errors.AsType[*BackOffError](err); ok {
		return nil, err
	}
	if err != nil {
		return nil, &CallError{Operation: operation, Diagnostics: Diagnostics{ClientRequestID: id}, Err: err}
	}
	return turn.take(func() (*Reply, error) { return c.send(req, id, operation, response) })
}

func (c *Client) send(req *http.Request, id, operation string, response any) (*Reply, error) {
	resp, err := c.opts.HTTPClient.Do(req)
	if err != nil {
		return nil, &CallError{Operation: operation, Diagnostics: Diagnostics{ClientRequestID: id}, Err: err}
	}
	defer func() { _ = resp.Body.Close() }() // it has been read, or there is an error already
	d := newDiagnostics(id, resp.Header)
	body, err := readBounded(resp.Body, c.opts.MaxResponseBytes)
	if resp.StatusCode != http.StatusOK {
		return nil, refused(operation, resp, body, d)
	}
	if err != nil {
		return nil, &CallError{Operation: operation, Diagnostics: d, Err: err}
	}
	reply := &Reply{Operation: operation, Diagnostics: d}
	fault, err := decodeResponse(body, reply, response)
	if err != nil {
		return nil, &CallError{Operation: operation, Diagnostics: d, Err: err}
	}
	if fault != nil {
		return nil, fault.of(reply, resp)
	}
	return reply, nil
}

func (c *Client) newRequest(ctx context.Context, operation string, request any) (*http.Request, string, error) {
	if c.opts.Impersonate != nil {
		if err := c.opts.Impersonate.validate(); err != nil {
			return nil, "", err
		}
	}
	body, err := encodeRequest(c.opts.RequestServerVersion, c.opts.Impersonate, request)
	if err != nil {
		return nil, "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, "", err
	}
	id := newClientRequestID()
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("Accept", "text/xml")
	req.Header.Set("SOAPAction", `"`+NamespaceMessages+"/"+operation+`"`)
	req.Header.Set("User-Agent", c.opts.UserAgent)
	req.Header.Set("client-request-id", id)
	req.Header.Set("return-client-request-id", "true")
	if c.opts.AnchorMailbox != "" {
		req.Header.Set("X-AnchorMailbox", c.opts.AnchorMailbox)
	}
	return req, id, nil
}

// readBounded reads a response body. What was read before an error is returned
// with it.
func readBounded(body io.Reader, limit int64) ([]byte, error) {
	read, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err == nil && int64(len(read)) > limit {
		err = fmt.Errorf("%w: more than %d bytes", ErrResponseTooLarge, limit)
	}
	return read, err
}

// refused makes the error of an answer with a status other than 200, which is
// worth more if its body is a fault.
func refused(operation string, resp *http.Response, body []byte, d Diagnostics) error {
	reply := &Reply{Operation: operation, Diagnostics: d}
	fault, err := decodeResponse(body, reply, nil)
	if err == nil && fault != nil {
		return fault.of(reply, resp)
	}
	return newHTTPError(operation, resp, body, d)
}

// of completes a fault by the call that it answers.
func (f *Fault) of(reply *Reply, resp *http.Response) *Fault {
	f.Operation, f.ServerVersion, f.Diagnostics = reply.Operation, reply.ServerVersion, reply.Diagnostics
	f.RetryAfter = retryAfter(resp.Header)
	return f
}

// decodeResponse fills in the reply and the response, or returns the fault that
// the body holds instead.
func decodeResponse(body []byte, reply *Reply, response any) (*Fault, error) {
	r, err := newTolerantXMLReader(body, Limits{MaxBytes: len(body), MaxDepth: defaultMaxDepth})
	if err != nil {
		return nil, err
	}
	var fault *Fault
	err = readEnvelope(r, func(e *xmlElement) error {
		if isEWS(e.space) && e.local == "ServerVersionInfo" {
			reply.ServerVersion = readServerVersion(e)
		}
		return nil
	}, func(e *xmlElement) error {
		if e.space == NamespaceEnvelope && e.local == "Fault" {
			var err error
			fault, err = readFault(r)
			return err
		}
		if response == nil {
			return nil
		}
		return decodeElement(r, response)
	})
	return fault, err
}

// decodeElement unmarshals the element that was opened last.
func decodeElement(r *xmlReader, v any) error {
	e := r.elem
	err := xml.NewTokenDecoder(r.tokens()).Decode(v)
	if _, ok := errors.AsType[*DecodeError](err); err == nil || ok {
		return err
	}
	return r.errorIn(&e, fmt.Errorf("%w: %w", ErrMessage, err))
}

func readServerVersion(e *xmlElement) ServerVersionInfo {
	number := func(name string) int {
		n, err := strconv.ParseInt(e.attr(name), 10, 32)
		if err != nil {
			return 0 // informational; not worth losing a response for
		}
		return int(n)
	}
	return ServerVersionInfo{
		MajorVersion:     number("MajorVersion"),
		MinorVersion:     number("MinorVersion"),
		MajorBuildNumber: number("MajorBuildNumber"),
		MinorBuildNumber: number("MinorBuildNumber"),
		Version:          e.attr("Version"),
	}
}
