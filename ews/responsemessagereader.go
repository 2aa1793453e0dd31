package ews

import (
	"fmt"
	"strconv"
)

// readResponseMessage reads a child that all response messages share, and
// reports whether it was one.
func readResponseMessage(r *xmlReader, e *xmlElement, m *ResponseMessage) (bool, error) {
	if !isEWS(e.space) {
		return false, nil
	}
	var err error
	switch e.local {
	case "MessageText":
		m.MessageText, err = r.text(e)
	case "ResponseCode":
		var code string
		code, err = r.text(e)
		m.ResponseCode = ResponseCode(code)
	case "DescriptiveLinkKey":
		m.DescriptiveLinkKey, err = readInt(r, e)
	case "MessageXml":
		m.MessageXML, err = readMessageXML(r)
	default:
		return false, nil
	}
	return true, err
}

func readMessageXML(r *xmlReader) (MessageXML, error) {
	var m MessageXML
	depth := r.depth()
	for {
		more, err := r.child(depth)
		if err != nil || !more {
			return m, err
		}
		name := r.elem.local
		if name == "Value" && isEWS(r.elem.space) {
			name = r.attr("Name")
		}
		value, err := r.allText()
		if err != nil {
			return nil, err
		}
		m = append(m, MessageXMLValue{Name: name, Value: value})
	}
}

func readInt(r *xmlReader, e *xmlElement) (int, error) {
	text, err := r.text(e)
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, r.errorIn(e, fmt.Errorf("%w: %q is no xs:int", ErrMessage, clip(text)))
	}
	return int(n), nil
}
