package autodiscover

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
)

// toUTF8 returns an XML document in UTF-8. Exchange sends UTF-8; others that
// speak Autodiscover have been built with whatever their platform writes.
func toUTF8(body []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		return body[3:], nil
	case bytes.HasPrefix(body, []byte("\xFF\xFE")):
		return fromUTF16(body[2:], binary.LittleEndian), nil
	case bytes.HasPrefix(body, []byte("\xFE\xFF")):
		return fromUTF16(body[2:], binary.BigEndian), nil
	}
	switch label := declaredEncoding(body); label {
	case "", "utf-8", "utf8", "us-ascii", "utf-16": // what is read byte by byte is not UTF-16
		return body, nil
	case "iso-8859-1", "latin1":
		var b bytes.Buffer
		for _, c := range body {
			b.WriteRune(rune(c))
		}
		return b.Bytes(), nil
	default:
		return nil, fmt.Errorf("%w: unknown encoding %q", ErrAnswer, clip(label))
	}
}

func fromUTF16(body []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// declaredEncoding returns the encoding of the XML declaration in lower case, or
// "".
func declaredEncoding(body []byte) string {
	declaration, found := bytes.CutPrefix(body, []byte("<?xml"))
	if !found {
		return ""
	}
	declaration, _, _ = bytes.Cut(declaration, []byte("?>"))
	_, value, found := bytes.Cut(declaration, []byte("encoding"))
	if !found {
		return ""
	}
	value = bytes.TrimLeft(value, " \t\r\n=")
	if len(value) == 0 || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	label, _, _ := bytes.Cut(value[1:], value[:1])
	return strings.ToLower(strings.TrimSpace(string(label)))
}
