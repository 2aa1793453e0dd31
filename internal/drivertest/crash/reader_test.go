package crash

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
)

// reader reads the diary while it is being written.
type reader struct {
	file *os.File
	rest []byte // after the last line end
	torn int    // lines that a killed process has not finished
}

func openReader(path string) (*reader, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &reader{file: file}, nil
}

// next returns the lines that have been written since the last call.
func (r *reader) next() ([]line, error) {
	fresh, err := io.ReadAll(r.file)
	if err != nil {
		return nil, err
	}
	r.rest = append(r.rest, fresh...)
	var lines []line
	for {
		text, rest, ok := bytes.Cut(r.rest, []byte{'\n'})
		if !ok {
			return lines, nil
		}
		r.rest = rest
		if len(text) == 0 {
			continue
		}
		var l line
		var syntax *json.SyntaxError
		switch err := json.Unmarshal(text, &l); {
		case err == nil:
			lines = append(lines, l)
		case errors.As(err, &syntax):
			r.torn++ // as if the process had died before: its call did not return either
		default:
			return nil, err
		}
	}
}
