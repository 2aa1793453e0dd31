package subscribe

import (
	"encoding/json"
	"strconv"
	"time"
)

// The line of a record is written for every notification, so the usual one,
// without a gap, is written by hand. The rule: it is byte by byte what
// encoding/json makes of the record, which a test compares; whatever is not
// usual is left to encoding/json.

// appendTo adds the Data of an entry to dst: the line and the body.
func (r *record) appendTo(dst []byte) []byte {
	dst = append(r.appendLine(dst), '\n')
	return append(dst, r.body...)
}

func (r *record) appendLine(dst []byte) []byte {
	if r.Gap != "" || r.Detail != "" || r.Undecodable || r.Replay != nil {
		return appendJSON(dst, r)
	}
	begin := len(dst)
	dst = appendNumber(dst, `,"generation":`, r.Generation)
	for i := range r.Heard {
		if i == 0 {
			dst = append(dst, `,"heard":[`...)
		} else {
			dst = append(dst, ',')
		}
		dst = r.Heard[i].appendTo(dst)
	}
	if len(r.Heard) > 0 {
		dst = append(dst, ']')
	}
	dst = appendNumber(dst, `,"lastGap":`, r.LastGap)
	dst = appendNumber(dst, `,"events":`, r.Events)
	dst = appendNumber(dst, `,"total":`, r.Total)
	if len(dst) == begin {
		return append(dst, `{}`...)
	}
	dst[begin] = '{' // instead of the first comma
	return append(dst, '}')
}

func (h *heard) appendTo(dst []byte) []byte {
	dst = append(dst, `{"g":`...)
	dst = strconv.AppendInt(dst, h.Generation, 10)
	dst = appendText(dst, `,"p":`, h.Previous)
	dst = appendText(dst, `,"w":`, h.Watermark)
	dst = append(dst, `,"t":`...)
	return append(appendTime(dst, h.At), '}')
}

func appendNumber(dst []byte, name string, n int64) []byte {
	if n == 0 {
		return dst
	}
	return strconv.AppendInt(append(dst, name...), n, 10)
}

func appendText(dst []byte, name, text string) []byte {
	if text == "" {
		return dst
	}
	dst = append(dst, name...)
	for i := range len(text) {
		if !isPlain(text[i]) {
			return appendJSON(dst, text)
		}
	}
	dst = append(dst, '"')
	dst = append(dst, text...)
	return append(dst, '"')
}

// isPlain reports whether the character stands for itself in JSON, and
// encoding/json does not write it in another way either. Watermarks are base64.
func isPlain(c byte) bool {
	return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&'
}

func appendTime(dst []byte, t time.Time) []byte {
	dst, err := t.AppendText(append(dst, '"'))
	if err != nil { // a year beyond 9999
		panic("subscribe: " + err.Error())
	}
	return append(dst, '"')
}

func appendJSON(dst []byte, v any) []byte {
	text, err := json.Marshal(v)
	if err != nil { // strings, numbers and times only
		panic("subscribe: " + err.Error())
	}
	return append(dst, text...)
}
