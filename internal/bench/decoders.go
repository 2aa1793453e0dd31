package main

import (
	"bytes"

	"github.com/ewspush/ewspush/ews"
)

// Ways to decode.
const (
	ofParse     = "owned"
	ofPool      = "pooled"
	ofUnmarshal = "encoding/xml"
	ofHop       = "memchr"
)

// decoder decodes one body over and over, and returns how many events there are
// in it; the hop returns how many tags.
type decoder func() (int, error)

func decoders() map[string]func(body []byte) decoder {
	return map[string]func(body []byte) decoder{
		ofParse:     parse,
		ofPool:      pooled,
		ofUnmarshal: func(body []byte) decoder { return func() (int, error) { return unmarshal(body) } },
		ofHop:       func(body []byte) decoder { return func() (int, error) { return hop(body), nil } },
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

// hop goes from each < to the next >: no decoder can look at less.
func hop(body []byte) (tags int) {
	for {
		begin := bytes.IndexByte(body, '<')
		if begin < 0 {
			return tags
		}
		end := bytes.IndexByte(body[begin:], '>')
		if end < 0 {
			return tags
		}
		body = body[begin+end+1:]
		tags++
	}
}
