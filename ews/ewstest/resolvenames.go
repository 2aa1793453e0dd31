package ewstest

import (
	"context"
	"fmt"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// Codes of ResolveNames.
const (
	errorNameResolutionNoResults       ews.ResponseCode = "ErrorNameResolutionNoResults"
	errorNameResolutionMultipleResults ews.ResponseCode = "ErrorNameResolutionMultipleResults"
)

// resolveNames is the operation ResolveNames, with which some clients begin. It
// finds mailboxes whose addresses begin with what is asked for.
func (s *Server) resolveNames(_ context.Context, c *call) ([]responseMessage, error) {
	prefix := strings.ToLower(c.body.value(ews.NamespaceMessages, "UnresolvedEntry"))
	prefix = strings.TrimPrefix(prefix, "smtp:")
	var b strings.Builder
	n := 0
	for _, m := range s.mailboxes {
		if !strings.HasPrefix(strings.ToLower(m.address), prefix) {
			continue
		}
		n++
		name, _, _ := strings.Cut(m.address, "@")
		fmt.Fprintf(&b, "<t:Resolution><t:Mailbox><t:Name>%s</t:Name><t:EmailAddress>%s</t:EmailAddress>"+
			"<t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox></t:Resolution>", escape(name), escape(m.address))
	}
	set := fmt.Sprintf(`<m:ResolutionSet TotalItemsInView="%d" IncludesLastItemInRange="true">%s</m:ResolutionSet>`, n, b.String())
	switch n {
	case 0:
		return []responseMessage{failure(errorNameResolutionNoResults, "")}, nil
	case 1:
		return []responseMessage{success(set)}, nil
	default:
		m := failureIn(errorNameResolutionMultipleResults, set)
		m.class = ews.ResponseClassWarning
		return []responseMessage{m}, nil
	}
}
