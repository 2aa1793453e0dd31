package ews

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// canned is a transport that gives one answer after another: a string is a body
// with status 200, an error is the transport's. It keeps what was asked.
type canned struct {
	answers []any
	asked   [][]byte
}

func (c *canned) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	c.asked = append(c.asked, body)
	if len(c.answers) == 0 {
		return nil, errors.New("no more answers")
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	switch a := answer.(type) {
	case error:
		return nil, a
	case broken:
		return httpAnswer(http.StatusInternalServerError, string(a)), nil
	default:
		return httpAnswer(http.StatusOK, a.(string)), nil
	}
}

// broken is a body with status 500.
type broken string

func httpAnswer(code int, body string) *http.Response {
	return &http.Response{StatusCode: code, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader([]byte(body)))}
}

// clientOf returns a client that gets these answers, and what keeps its
// requests.
func clientOf(t *testing.T, list ...any) (*Client, *canned) {
	t.Helper()
	transport := &canned{answers: list}
	c, err := NewClient("https://mail.example.com/EWS/Exchange.asmx", &ClientOptions{HTTPClient: &http.Client{Transport: transport}})
	require.NoError(t, err)
	return c, transport
}

// replyFile returns a file of testdata/replies.
func replyFile(t testing.TB, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "replies", name))
	require.NoError(t, err)
	return string(body)
}

// requireMalformed checks that an error is about an answer that cannot be
// understood.
func requireMalformed(t *testing.T, err error, operation, message string) {
	t.Helper()
	e, ok := errors.AsType[*CallError](err)
	require.True(t, ok, "%T", err)
	require.Equal(t, operation, e.Operation)
	require.NotEmpty(t, e.Diagnostics.ClientRequestID)
	require.ErrorIs(t, err, ErrMessage)
	require.EqualError(t, err, "ews: "+operation+": not the expected message: "+message)
}

// requireUnreadable checks that an error is about one item.
func requireUnreadable(t *testing.T, err error, operation, message string) {
	t.Helper()
	_, ok := errors.AsType[*CallError](err)
	require.True(t, ok, "%T", err)
	_, ok = errors.AsType[*DecodeError](err)
	require.True(t, ok)
	require.ErrorIs(t, err, ErrUnreadableItem)
	require.ErrorIs(t, err, ErrMessage)
	require.EqualError(t, err, "ews: "+operation+": unreadable item: ews: not the expected message: "+message)
	_, ok = DiagnosticsOf(err)
	require.True(t, ok)
}

// Requests that cannot be are refused before anything is sent, and the error
// names the field.
func requireRefused(t *testing.T, message string, call func(*Client) error) {
	t.Helper()
	c, transport := clientOf(t)
	require.EqualError(t, call(c), message)
	require.Empty(t, transport.asked)
}

// What the types promise of answers that are not the expected ones holds of
// every operation.
func TestOperationsFail(t *testing.T) {
	calendar := FolderID{DistinguishedID: CalendarFolder}
	one := []ItemID{{ID: "a"}}
	for operation, call := range map[string]func(*Client) (any, error){
		"GetFolder": func(c *Client) (any, error) {
			return c.GetFolder(t.Context(), &GetFolderRequest{FolderIDs: []FolderID{calendar}})
		},
		"FindItem": func(c *Client) (any, error) {
			return c.FindItem(t.Context(), &FindItemRequest{FolderID: calendar, Start: hour(0), End: hour(1)})
		},
		"GetItem": func(c *Client) (any, error) { return c.GetItem(t.Context(), &GetItemRequest{ItemIDs: one}) },
		"SyncFolderItems": func(c *Client) (any, error) {
			return c.SyncFolderItems(t.Context(), &SyncFolderItemsRequest{FolderID: calendar})
		},
		"CreateItem": func(c *Client) (any, error) {
			return c.CreateItem(t.Context(), &CreateItemRequest{Items: []CalendarItem{{Start: hour(0), End: hour(1)}}})
		},
		"DeleteItem":   func(c *Client) (any, error) { return c.DeleteItem(t.Context(), &DeleteItemRequest{ItemIDs: one}) },
		"GetRoomLists": func(c *Client) (any, error) { return c.GetRoomLists(t.Context()) },
		"GetRooms":     func(c *Client) (any, error) { return c.GetRooms(t.Context(), "zurich@example.com") },
	} {
		t.Run(operation, func(t *testing.T) {
			c, _ := clientOf(t, broken(fault("ErrorServerBusy", "")))
			response, err := call(c)
			require.ErrorIs(t, err, ErrorServerBusy)
			require.Nil(t, response)

			c, _ = clientOf(t, io.ErrUnexpectedEOF)
			_, err = call(c)
			require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			_, isCallError := errors.AsType[*CallError](err)
			require.True(t, isCallError)

			c, _ = clientOf(t, envelope(`<m:OtherResponse/>`))
			_, err = call(c)
			require.ErrorIs(t, err, ErrMessage)
			require.ErrorContains(t, err, "ews: "+operation+": not the expected message: ")

			message := `<m:` + operation + `ResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode></m:` + operation + `ResponseMessage>`
			c, _ = clientOf(t, envelope(`<m:`+operation+`Response><m:ResponseMessages>`+message+message+`</m:ResponseMessages></m:`+operation+`Response>`))
			_, err = call(c)
			require.ErrorIs(t, err, ErrMessage, "one answer too many")
		})
	}
}

// clientOfItems returns a client of an itemServer.
func clientOfItems(t *testing.T, server *itemServer) *Client {
	t.Helper()
	transport := roundTripFunc(func(r *http.Request) (*http.Response, error) {
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		asked, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		return httpAnswer(http.StatusOK, server.answer(asked)), nil
	})
	c, err := NewClient("https://mail.example.com/EWS/Exchange.asmx", &ClientOptions{HTTPClient: &http.Client{Transport: transport}})
	require.NoError(t, err)
	return c
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
