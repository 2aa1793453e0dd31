package subscribe

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// parseLine reads the line of a record. The rule is as for writing it: what
// usual reads is what encoding/json reads, and whatever it does not expect is
// left to encoding/json, such as the lines of other versions.
func parseLine(line []byte) (*record, error) {
	r := &record{}
	if in := (lineReader{line, true}); in.usual(r) {
		return r, nil
	}
	r = &record{}
	err := json.Unmarshal(line, r)
	return r, err
}

// lineReader takes off the beginning of a line what appendLine has written.
type lineReader struct {
	rest []byte
	ok   bool // so far
}

func (in *lineReader) usual(r *record) bool {
	separator := "{"
	number := func(name string) int64 {
		if !in.skip(separator + name) {
			return 0
		}
		separator = ","
		return in.number()
	}
	r.Generation = number(`"generation":`)
	if in.skip(separator + `"heard":[`) {
		separator = ","
		for more := true; more && in.ok; more = in.skip(",") {
			r.Heard = append(r.Heard, in.heard())
		}
		in.expect("]")
	}
	r.LastGap = number(`"lastGap":`)
	r.Events = number(`"events":`)
	r.Total = number(`"total":`)
	if separator == "{" {
		return false
	}
	in.expect("}")
	return in.ok && len(in.rest) == 0
}

func (in *lineReader) heard() (h heard) {
	in.expect(`{"g":`)
	h.Generation = in.number()
	if in.skip(`,"p":`) {
		h.Previous = string(in.text())
	}
	if in.skip(`,"w":`) {
		h.Watermark = string(in.text())
	}
	in.expect(`,"t":`)
	if at := in.text(); in.ok {
		in.ok = h.At.UnmarshalText(at) == nil
	}
	in.expect("}")
	return h
}

// skip takes a word off if it is there.
func (in *lineReader) skip(word string) bool {
	if !in.ok || len(in.rest) < len(word) || string(in.rest[:len(word)]) != word {
		return false
	}
	in.rest = in.rest[len(word):]
	return true
}

func (in *lineReader) expect(word string) { in.ok = in.skip(word) }

func (in *lineReader) number() int64 {
	digits := 0
	for digits < len(in.rest) && '0' <= in.rest[digits] && in.rest[digits] <= '9' {
		digits++
	}
	n, err := strconv.ParseInt(string(in.rest[:digits]), 10, 64)
	if err != nil || in.rest[0] == '0' && digits > 1 {
		in.ok = false
	}
	in.rest = in.rest[digits:]
	return n
}

// text takes off a string without escapes.
func (in *lineReader) text() []byte {
	in.expect(`"`)
	end := bytes.IndexByte(in.rest, '"')
	if !in.ok || end < 0 {
		in.ok = false
		return nil
	}
	text := in.rest[:end]
	for _, c := range text {
		in.ok = in.ok && isPlain(c)
	}
	in.rest = in.rest[end+1:]
	return text
}
