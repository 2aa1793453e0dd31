package ewstest

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

var errID = errors.New("ewstest: not an id of this server")

// convertID is the operation ConvertId, which some clients call to find out
// what the server is. It turns an EWS id into the MAPI entry id inside.
func (s *Server) convertID(_ context.Context, c *call) ([]responseMessage, error) {
	format := c.body.attribute("DestinationFormat")
	var messages []responseMessage
	for _, e := range c.body.child(ews.NamespaceMessages, "SourceIds").children {
		id, code := convert(e, format)
		if code != ews.NoError {
			messages = append(messages, failure(code, ""))
			continue
		}
		messages = append(messages, success(fmt.Sprintf(
			`<m:AlternateId xsi:type="t:AlternateIdType" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" Format="%s" Id="%s" Mailbox="%s"/>`,
			format, id, escape(e.attribute("Mailbox")))))
	}
	return messages, nil
}

func convert(e *element, format string) (string, ews.ResponseCode) {
	id := e.attribute("Id")
	entry, err := entryID(id)
	switch {
	case err != nil || e.attribute("Format") != "EwsId":
		return "", ews.ErrorInvalidIdMalformed
	case format == "EwsId":
		return id, ews.NoError
	case format == "EntryId":
		return base64.StdEncoding.EncodeToString(entry), ews.NoError
	case format == "HexEntryId":
		return strings.ToUpper(hex.EncodeToString(entry)), ews.NoError
	default:
		return "", ews.ErrorInvalidIdMalformed
	}
}

// entryID is the inverse of ewsID.
func entryID(id string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(id)
	if err != nil || len(b) < 4 || b[0] != 0 || b[1] != 3 {
		return nil, errID
	}
	b = b[2:]
	n := 2 + int(binary.LittleEndian.Uint16(b)) + 1 // the GUID's text, and what has been done to it
	if len(b) < n+2 || int(binary.LittleEndian.Uint16(b[n:])) != len(b)-n-2 {
		return nil, errID
	}
	return b[n+2:], nil
}
