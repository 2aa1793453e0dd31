package main

import (
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// Ways to decode.
const (
	ofParse     = "owned"
	ofPool      = "pooled"
	ofUnmarshal = "encoding/xml"
	ofHop       = "memchr"

	// The hop with what owned events cannot do without: memory of their own.
	ofCopy = "memchr of a copy"
	ofRoom = "memchr of a copy, room for events"
)

// decoder decodes one body over and over, and returns how many events there are
// in it; the hop returns how many tags.
type decoder func() (int, error)

func decoders() map[string]func(body []byte) decoder {
	return map[string]func(body []byte) decoder{
		ofParse:     parse,
		ofPool:      pooled,
		ofUnmarshal: func(body []byte) decoder { return func() (int, error) { return unmarshal(body) } },
		ofHop:       hopping,
		ofCopy:      copied,
		ofRoom:      withRoom,
	}
}

func parse(body []byte) decoder {
	return func() (int, error) {
		n, err := ews.ParseSendNotification(body, nil)
		if err != nil {
			return 0, err
		}
		return len(n.ResponseMessages[0].Notification.Events), nil
	}
}

func pooled(body []byte) decoder {
	d, text := ews.NewSendNotificationDecoder(nil), string(body)
	return func() (int, error) {
		n, err := d.Decode(text)
		if err != nil {
			return 0, err
		}
		return len(n.ResponseMessages[0].Notification.Events), nil
	}
}

// hopping has the body as a string already, as pooled has.
func hopping(body []byte) decoder {
	text := string(body)
	return func() (int, error) { return hop(text), nil }
}

// owned is what the memory of owned events is: a copy of the body, which their
// texts are parts of, themselves, and their ids.
type owned struct {
	body    string
	events  []ews.Event
	items   []ews.ItemID
	folders []ews.FolderID
}

// copied makes the copy of the body, and hops through that.
func copied(body []byte) decoder {
	var o owned
	return func() (int, error) {
		o = owned{body: string(body)}
		return hop(o.body), nil
	}
}

// withRoom makes all the memory, of the size that it must have, and leaves it
// empty.
func withRoom(body []byte) decoder {
	events, items, folders := sizes(body)
	var o owned
	return func() (int, error) {
		o = owned{string(body), make([]ews.Event, events), make([]ews.ItemID, items), make([]ews.FolderID, folders)}
		return hop(o.body), nil
	}
}

// sizes counts the events of a body and their ids; none if it is not a
// notification.
func sizes(body []byte) (events, items, folders int) {
	n, err := ews.ParseSendNotification(body, nil)
	if err != nil {
		return 0, 0, 0
	}
	for _, e := range n.ResponseMessages[0].Notification.Events {
		events++
		for _, id := range []*ews.ItemID{e.ItemID, e.OldItemID} {
			if id != nil {
				items++
			}
		}
		for _, id := range []*ews.FolderID{e.FolderID, e.ParentFolderID, e.OldFolderID, e.OldParentFolderID} {
			if id != nil {
				folders++
			}
		}
	}
	return events, items, folders
}

// hop goes from each < to the next >: no decoder can look at less.
func hop(body string) (tags int) {
	for {
		begin := strings.IndexByte(body, '<')
		if begin < 0 {
			return tags
		}
		end := strings.IndexByte(body[begin:], '>')
		if end < 0 {
			return tags
		}
		body = body[begin+end+1:]
		tags++
	}
}
