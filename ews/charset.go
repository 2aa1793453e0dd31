package ews

import (
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
func toUTF8(body string) (doc string, bom int, err error) {
	if strings.HasPrefix(body, xmlDeclaration) {
		return body, 0, nil
	}
	switch {
	case strings.HasPrefix(body, "\xEF\xBB\xBF"):
		return body[3:], 3, nil
	case strings.HasPrefix(body, "\xFF\xFE"):
		doc, err = convert(body[2:], "utf-16le")
		return doc, 2, err
	case strings.HasPrefix(body, "\xFE\xFF"):
		doc, err = convert(body[2:], "utf-16be")
		return doc, 2, err
	case strings.HasPrefix(body, "<\x00"):
		doc, err = convert(body, "utf-16le")
		return doc, 0, err
	case strings.HasPrefix(body, "\x00<"):
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

func convert(body, label string) (string, error) {
	r, err := charset.NewReaderLabel(label, strings.NewReader(body))
	if err != nil {
		return "", &DecodeError{Err: fmt.Errorf("%w %q", ErrCharset, clip(label))}
	}
	doc, err := io.ReadAll(r)
	if err != nil {
		return "", &DecodeError{Err: fmt.Errorf("%w: %q: %w", ErrCharset, clip(label), err)}
	}
	return string(doc), nil
}

// declaredEncoding returns the encoding of the XML declaration, or "". The
// declaration is checked later, with the rest of the document; here it is only
// looked at.
func declaredEncoding(body string) string {
	decl, found := strings.CutPrefix(body, "<?xml")
	if !found {
		return ""
	}
	decl, _, found = strings.Cut(decl, "?>")
	if !found {
		return ""
	}
	_, value, found := strings.Cut(decl, "encoding")
	if !found {
		return ""
	}
	value, found = strings.CutPrefix(strings.TrimSpace(value), "=")
	if !found {
		return ""
	}
	value = strings.TrimSpace(value)
	if value == "" || value[0] != '"' && value[0] != '\'' {
		return ""
	}
	label, _, found := strings.Cut(value[1:], value[:1])
	if !found {
		return ""
	}
	return label
}
