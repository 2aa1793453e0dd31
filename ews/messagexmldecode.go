package ews

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
)

// UnmarshalXML implements xml.Unmarshaler.
func (m *MessageXML) UnmarshalXML(d *xml.Decoder, _ xml.StartElement) error {
	var (
		value MessageXMLValue
		text  strings.Builder
		depth int
	)
	for {
		tok, err := d.Token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return io.ErrUnexpectedEOF
			}
			return err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			if depth++; depth == 1 {
				value.Name = valueName(t)
				text.Reset()
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			depth--
			if depth < 0 {
				return nil
			}
			if depth == 0 {
				value.Value = trim(text.String())
				*m = append(*m, value)
			}
		}
	}
}

func valueName(start xml.StartElement) string {
	if start.Name.Local == "Value" {
		for _, a := range start.Attr {
			if a.Name.Local == "Name" && a.Name.Space == "" {
				return a.Value
			}
		}
	}
	return start.Name.Local
}
