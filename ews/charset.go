package ews

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// toUTF8 returns the document in UTF-8 and the number of bytes of the byte
// order mark that it took off. It decides as a browser does: first the byte
// order mark, then the pattern of the first character, then what the XML
// declaration says. A declaration of UTF-16 in a document whose declaration can
// be read byte by byte is known to be wrong, and taken for UTF-8.
func toUTF8(body []byte) (doc []byte, bom int, err error) {
	switch {
	case bytes.HasPrefix(body, []byte("\xEF\xBB\xBF")):
		return body[3:], 3, nil
	case bytes.HasPrefix(body, []byte("\xFF\xFE")):
		doc, err = convert(body[2:], "utf-16le")
		return doc, 2, err
	case bytes.HasPrefix(body, []byte("\xFE\xFF")):
		doc, err = convert(body[2:], "utf-16be")
		return doc, 2, err
	case bytes.HasPrefix(body, []byte("<\x00")):
		doc, err = convert(body, "utf-16le")
		return doc, 0, err
	case bytes.HasPrefix(body, []byte("\x00<")):
		doc, err = convert(body, "utf-16be")
		return doc, 0, err
	}
	label := strings.ToLower(declaredEncoding(body))
	if label == "" || label == "utf-8" || label == "utf8" || strings.HasPrefix(label, "utf-16") {
		return body, 0, nil
	}
	doc, err = convert(body, label)
	return doc, 0, err
}

func convert(body []byte, label string) ([]byte, error) {
	r, err := charset.NewReaderLabel(label, bytes.NewReader(body))
	if err != nil {
		return nil, &DecodeError{Err: fmt.Errorf("%w %q", ErrCharset, clip(label))}
	}
	doc, err := io.ReadAll(r)
	if err != nil {
		return nil, &DecodeError{Err: fmt.Errorf("%w: %q: %w", ErrCharset, clip(label), err)}
	}
	return doc, nil
}

// declaredEncoding returns the encoding of the XML declaration, or "". The
// declaration is checked later, with the rest of the document; here it is only
// looked at.
func declaredEncoding(body []byte) string {
	decl, found := bytes.CutPrefix(body, []byte("<?xml"))
	if !found {
		return ""
	}
	decl, _, found = bytes.Cut(decl, []byte("?>"))
	if !found {
		return ""
	}
	_, value, found := bytes.Cut(decl, []byte("encoding"))
	if !found {
		return ""
	}
	value, found = bytes.CutPrefix(bytes.TrimSpace(value), []byte("="))
	if !found {
		return ""
	}
	value = bytes.TrimSpace(value)
	if len(value) == 0 || (value[0] != '"' && value[0] != '\'') {
		return ""
	}
	label, _, found := bytes.Cut(value[1:], value[:1])
	if !found {
		return ""
	}
	return string(label)
}
