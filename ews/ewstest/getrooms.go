package ewstest

import (
	"context"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

const errorNameResolutionNoMailbox ews.ResponseCode = "ErrorNameResolutionNoMailbox"

// getRoomLists is the operation GetRoomLists.
func (s *Server) getRoomLists(_ context.Context, _ *call) ([]responseMessage, error) {
	var b strings.Builder
	for _, list := range s.roomLists {
		b.WriteString("<t:Address>" + addressXML(list.person, "PublicDL") + "</t:Address>")
	}
	return []responseMessage{success("<m:RoomLists>" + b.String() + "</m:RoomLists>")}, nil
}

// getRooms is the operation GetRooms.
func (s *Server) getRooms(_ context.Context, c *call) ([]responseMessage, error) {
	smtp := c.body.child(ews.NamespaceMessages, "RoomList").value(ews.NamespaceTypes, "EmailAddress")
	i := slices.IndexFunc(s.roomLists, func(l roomList) bool { return sameAddress(l.address, smtp) })
	if i < 0 {
		return []responseMessage{failure(errorNameResolutionNoMailbox, "")}, nil
	}
	var b strings.Builder
	for _, room := range s.roomLists[i].rooms {
		b.WriteString("<t:Room><t:Id>" + addressXML(s.personAt(room), "Mailbox") + "</t:Id></t:Room>")
	}
	return []responseMessage{success("<m:Rooms>" + b.String() + "</m:Rooms>")}, nil
}

// addressXML returns the contents of a t:EmailAddressType.
func addressXML(p person, kind string) string {
	return "<t:Name>" + escape(p.name) + "</t:Name><t:EmailAddress>" + escape(p.address) +
		"</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType><t:MailboxType>" + kind + "</t:MailboxType>"
}
