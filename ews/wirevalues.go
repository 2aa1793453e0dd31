package ews

import (
	"fmt"
	"strconv"
	"time"
)

// wireValues converts texts of an answer and keeps the first error: what is
// said of several items in one answer must not be lost because of one of them,
// so encoding/xml reads texts only, and they are converted item by item. An
// empty text is a missing value, and zero. Errors name the element, and the
// value, which is none that people have written.
type wireValues struct{ err error }

func (v *wireValues) fail(element, text, kind string) {
	if v.err == nil {
		v.err = fmt.Errorf("%s: %q is no %s", element, clip(text), kind)
	}
}

func (v *wireValues) time(element, text string) time.Time {
	text = trim(text)
	if text == "" {
		return time.Time{}
	}
	t, ok := parseDateTime(text)
	if !ok {
		v.fail(element, text, "xs:dateTime")
	}
	return t
}

func (v *wireValues) date(element, text string) Date {
	text = trim(text)
	if text == "" {
		return Date{}
	}
	d, ok := parseDate(text)
	if !ok {
		v.fail(element, text, "xs:date")
	}
	return d
}

func (v *wireValues) boolean(element, text string) bool {
	text = trim(text)
	if text == "" {
		return false
	}
	value, ok := parseBoolean(text)
	if !ok {
		v.fail(element, text, "xs:boolean")
	}
	return value
}

func (v *wireValues) int(element, text string) int {
	text = trim(text)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		v.fail(element, text, "xs:int")
		return 0
	}
	return int(n)
}

// parseDate reads an xs:date, whose zone, if it has one, means nothing here, or
// the day of an xs:dateTime as it is written: Gromox sends midnights.
func parseDate(s string) (Date, bool) {
	const date = "2006-01-02"
	if len(s) < len(date) {
		return Date{}, false
	}
	if _, ok := parseZone(s[len(date):]); !ok {
		if _, ok := parseDateTime(s); !ok {
			return Date{}, false
		}
	}
	t, ok := parseDateTime(s[:len(date)] + "T00:00:00")
	return DateOf(t), ok
}

// formatDateTime writes an xs:dateTime in UTC, whatever t's location is, to the
// millisecond.
func formatDateTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z07:00") }
