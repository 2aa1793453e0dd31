package ews

import (
	"context"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// itemServer answers GetItem. Items are named by numbers; verdict says what
// becomes of an item in the n-th call: "" is success, "cut" breaks the answer
// off there, "junk" makes it no XML, everything else is a ResponseCode.
type itemServer struct {
	verdict func(call, item int) string
	calls   [][]int
}

func (s *itemServer) answer(asked []byte) string {
	var items []int
	for _, id := range regexp.MustCompile(`ItemId Id="(\d+)"`).FindAllSubmatch(asked, -1) {
		n, err := strconv.Atoi(string(id[1]))
		if err != nil {
			panic(err)
		}
		items = append(items, n)
	}
	s.calls = append(s.calls, items)
	var b strings.Builder
	for _, n := range items {
		switch verdict := s.verdict(len(s.calls), n); verdict {
		case "":
			b.WriteString(`<m:GetItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items><t:CalendarItem><t:ItemId Id="` +
				strconv.Itoa(n) + `"/></t:CalendarItem></m:Items></m:GetItemResponseMessage>`)
		case "cut":
			return `<s:Envelope xmlns:s="` + NamespaceEnvelope + `"><s:Body><GetItemResponse>`
		case "junk":
			b.WriteString(`<m:GetItemResponseMessage><Subject>` + "\x01" + `</Subject></m:GetItemResponseMessage>`)
		case "ErrorServerBusy":
			b.WriteString(`<m:GetItemResponseMessage ResponseClass="Error"><m:ResponseCode>ErrorServerBusy</m:ResponseCode><m:MessageXml>` +
				`<t:Value Name="BackOffMilliseconds">1000</t:Value></m:MessageXml></m:GetItemResponseMessage>`)
		default:
			b.WriteString(`<m:GetItemResponseMessage ResponseClass="Error"><m:ResponseCode>` + verdict + `</m:ResponseCode><m:Items/></m:GetItemResponseMessage>`)
		}
	}
	return envelope(`<m:GetItemResponse><m:ResponseMessages>` + b.String() + `</m:ResponseMessages></m:GetItemResponse>`)
}

func TestGetItemBatches(t *testing.T) {
	const stopped = "ErrorBatchProcessingStopped"
	found := func(int, int) string { return "" }
	tests := []struct {
		name        string
		items, size int
		verdict     func(call, item int) string
		calls       [][]int
		results     string // one word per item
	}{
		{"one", 1, 0, found, [][]int{{0}}, "ok"},
		{"ten is a batch", 10, 0, found, [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}, "ok ok ok ok ok ok ok ok ok ok"},
		{"eleven are two", 11, 0, found, [][]int{{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {10}}, "ok ok ok ok ok ok ok ok ok ok ok"},
		{"size", 5, 2, found, [][]int{{0, 1}, {2, 3}, {4}}, "ok ok ok ok ok"},
		{
			"one is gone", 4, 2, func(_, item int) string {
				if item == 1 {
					return "ErrorItemNotFound"
				}
				return ""
			}, [][]int{{0, 1}, {2, 3}}, "ok ErrorItemNotFound ok ok",
		},
		{
			"stopped after a failure", 5, 4, func(call, item int) string {
				if item == 1 {
					return "ErrorItemNotFound"
				}
				if call == 1 && item > 1 {
					return stopped
				}
				return ""
			}, [][]int{{0, 1, 2, 3}, {2, 3}, {4}}, "ok ErrorItemNotFound ok ok ok",
		},
		{
			"stopped again and again", 4, 4, func(call, item int) string {
				if item >= call {
					return stopped
				}
				return ""
			}, [][]int{{0, 1, 2, 3}, {1, 2, 3}, {2, 3}, {3}}, "ok ok ok ok",
		},
		{
			"stopped without getting on", 3, 2, func(_, item int) string {
				if item < 2 {
					return stopped
				}
				return ""
			}, [][]int{{0, 1}, {2}}, stopped + " " + stopped + " ok",
		},
		{
			"stopped because it is busy", 4, 3, func(_, item int) string {
				switch item {
				case 1:
					return "ErrorServerBusy"
				case 2:
					return stopped
				}
				return ""
			}, [][]int{{0, 1, 2}}, "ok ErrorServerBusy " + stopped + " ErrorServerBusy", // the client itself holds back the last
		},
		{
			"an answer that is no XML", 5, 3, func(_, item int) string {
				if item == 1 {
					return "junk"
				}
				return ""
			}, [][]int{{0, 1, 2}, {0}, {1}, {2}, {3, 4}}, "ok not well-formed XML ok ok ok",
		},
		{
			"only such answers", 2, 2, func(int, int) string { return "junk" }, [][]int{{0, 1}, {0}, {1}}, "not well-formed XML not well-formed XML",
		},
		{
			"cut short, later", 6, 2, func(call, _ int) string {
				if call == 2 {
					return "cut"
				}
				return ""
			}, [][]int{{0, 1}, {2, 3}}, "ok ok unexpected EOF unexpected EOF unexpected EOF unexpected EOF",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			server := &itemServer{verdict: tt.verdict}
			c := clientOfItems(t, server)
			request := &GetItemRequest{BatchSize: tt.size}
			for n := range tt.items {
				request.ItemIDs = append(request.ItemIDs, ItemID{ID: strconv.Itoa(n)})
			}
			r, err := c.GetItem(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, tt.calls, server.calls)
			require.Len(t, r.Items, tt.items)
			var results []string
			for i := range r.Items {
				require.Equal(t, request.ItemIDs[i], r.Items[i].ItemID)
				require.Equal(t, r.Items[i].Err == nil, r.Items[i].Item != nil)
				if r.Items[i].Err == nil {
					require.Equal(t, request.ItemIDs[i].ID, r.Items[i].Item.ItemID.ID)
				}
				results = append(results, verdictOf(t, r.Items[i].Err))
			}
			require.Equal(t, tt.results, strings.Join(results, " "))
		})
	}
}

func verdictOf(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return "ok"
	}
	if code, ok := errors.AsType[ResponseCode](err); ok {
		return string(code)
	}
	_, ok := errors.AsType[*CallError](err)
	require.True(t, ok, "%T", err)
	require.Equal(t, errors.Is(err, ErrSyntax), errors.Is(err, ErrUnreadableItem), "what else is nobody's fault")
	for _, sentinel := range []error{ErrSyntax, io.ErrUnexpectedEOF, ErrResponseTooLarge, context.Canceled} {
		if errors.Is(err, sentinel) {
			return sentinel.Error()
		}
	}
	return err.Error()
}

func TestGetItemFirstCallFails(t *testing.T) {
	server := &itemServer{verdict: func(int, int) string { return "cut" }}
	_, err := clientOfItems(t, server).GetItem(t.Context(), &GetItemRequest{ItemIDs: []ItemID{{ID: "1"}, {ID: "2"}}, BatchSize: 1})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Len(t, server.calls, 1)
}

// A login page or the like is about no item: nothing is asked for again.
func TestGetItemAnswerIsNoSOAP(t *testing.T) {
	for _, body := range []string{`<!DOCTYPE html><html></html>`, `<html><body><Envelope/></body></html>`, `Service Unavailable`, ``} {
		c, transport := clientOf(t, body)
		_, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: []ItemID{{ID: "1"}, {ID: "2"}}})
		_, ok := errors.AsType[*CallError](err)
		require.True(t, ok, body)
		require.Len(t, transport.asked, 1, body)
	}
}

func TestGetItemTooLarge(t *testing.T) {
	server := &itemServer{verdict: func(int, int) string { return "" }}
	c := clientOfItems(t, server)
	one := len(server.answer([]byte(`ItemId Id="1"`)))
	server.calls = nil
	c.opts.MaxResponseBytes = int64(one)
	r, err := c.GetItem(t.Context(), &GetItemRequest{ItemIDs: []ItemID{{ID: "1"}, {ID: "2"}, {ID: "333"}}})
	require.NoError(t, err)
	require.Equal(t, [][]int{{1, 2, 333}, {1}, {2}, {333}}, server.calls)
	require.NoError(t, r.Items[0].Err)
	require.NoError(t, r.Items[1].Err)
	require.ErrorIs(t, r.Items[2].Err, ErrResponseTooLarge)
	require.ErrorIs(t, r.Items[2].Err, ErrUnreadableItem)
}

func TestGetItemCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := &itemServer{verdict: func(call, _ int) string {
		if call == 2 {
			cancel()
		}
		return ""
	}}
	request := &GetItemRequest{BatchSize: 1}
	for n := range 9 {
		request.ItemIDs = append(request.ItemIDs, ItemID{ID: strconv.Itoa(n)})
	}
	r, err := clientOfItems(t, server).GetItem(ctx, request)
	require.NoError(t, err)
	require.Len(t, server.calls, 2)
	require.NoError(t, r.Items[0].Err)
	for _, result := range r.Items[2:] {
		require.ErrorIs(t, result.Err, context.Canceled)
	}
}
