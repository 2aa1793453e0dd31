package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ewspush/ewspush/ews"
)

// packetFile is a real notification of two events, seen from this directory.
const packetFile = "../../testdata/rooms-2020-body.xml"

// packetOf returns the body of a notification with so many events: the real
// one, or one of the same events over and over.
func packetOf(events int) ([]byte, error) {
	file, err := os.ReadFile(filepath.FromSlash(packetFile))
	if err != nil || events == 2 {
		return file, err
	}
	n, err := ews.ParseSendNotification(file, nil)
	if err != nil {
		return nil, err
	}
	notification := n.ResponseMessages[0].Notification
	two := notification.Events
	notification.Events = nil
	for i := range events {
		notification.Events = append(notification.Events, two[i%2])
	}
	return ews.EncodeSendNotification(n)
}

// heartbeat returns the body of a notification in which nothing has happened.
func heartbeat() ([]byte, error) {
	body, err := packetOf(2)
	if err != nil {
		return nil, err
	}
	n, err := ews.ParseSendNotification(body, nil)
	if err != nil {
		return nil, err
	}
	notification := n.ResponseMessages[0].Notification
	notification.Events = []ews.Event{{Type: ews.StatusEvent, Watermark: notification.PreviousWatermark}}
	return ews.EncodeSendNotification(n)
}

// serial is a body whose watermarks carry a number, so that each notification
// follows the one before and none is taken for a repetition.
type serial struct {
	body           []byte
	previous, last []byte // places in body
}

// serialDigits is how many characters of a watermark are the number. Digits are
// base64 as well.
const serialDigits = 12

// newSerial looks for the watermarks of a body, which it changes from then on.
// Both are the same but for the number.
func newSerial(body []byte) (*serial, error) {
	_, previous, ok := bytes.Cut(body, []byte("PreviousWatermark>"))
	end := bytes.LastIndex(body, []byte("Watermark>"))
	if !ok || end < 0 {
		return nil, errors.New("a notification without watermarks")
	}
	previous, _, _ = bytes.Cut(previous, []byte("<"))
	last, _, _ := bytes.Cut(body[bytes.LastIndexByte(body[:end], '>')+1:], []byte("<"))
	if len(previous) != len(last) || len(last) < serialDigits {
		return nil, fmt.Errorf("a notification with watermarks of %d and %d characters", len(previous), len(last))
	}
	copy(previous, last)
	return &serial{body, previous, last}, nil
}

// set makes the body the notification with that number.
func (s *serial) set(n int) {
	copy(s.previous, fmt.Appendf(nil, "%0*d", serialDigits, n))
	copy(s.last, fmt.Appendf(nil, "%0*d", serialDigits, n+1))
}
