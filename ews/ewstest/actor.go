package ewstest

import (
	"net/http"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// errorMissingEmailAddress is what an account without a mailbox gets where it
// does not say whose folder it means.
const errorMissingEmailAddress ews.ResponseCode = "ErrorMissingEmailAddress"

// actor returns the mailbox in whose name a call is made: the impersonated
// one, or the account's own. It is nil for an account without a mailbox.
func (s *Server) actor(r *http.Request, a *account, header *element) (*Mailbox, error) {
	if header != nil {
		if e := header.child(ews.NamespaceTypes, "ExchangeImpersonation"); e != nil {
			return s.impersonated(a, e)
		}
	}
	if a == nil { // nobody has logged in: the anchor is the only hint
		return s.byAddress[strings.ToLower(r.Header.Get("X-AnchorMailbox"))], nil
	}
	for _, m := range s.mailboxes {
		if a.owns(m) {
			return m, nil
		}
	}
	return nil, nil
}

func (s *Server) impersonated(a *account, e *element) (*Mailbox, error) {
	sid := rule{choice: true, children: []rule{
		typed("PrincipalName", rule{text: nonEmpty}),
		typed("SID", rule{text: nonEmpty}),
		typed("PrimarySmtpAddress", rule{text: nonEmpty}),
		typed("SmtpAddress", rule{text: nonEmpty}),
	}}
	r := rule{children: []rule{typed("ConnectingSID", sid)}}
	if v := r.check(e); v != nil {
		return nil, v.soapFault()
	}
	who := e.children[0].children[0]
	name := strings.TrimSpace(who.text)
	m := s.byAddress[strings.ToLower(name)]
	switch {
	case who.name == "SID":
		i := slices.IndexFunc(s.mailboxes, func(m *Mailbox) bool { return m.sid == name })
		if i < 0 {
			return nil, newFault(ews.ErrorInvalidUserSid)
		}
		m = s.mailboxes[i]
	case m == nil && who.name == "PrincipalName":
		return nil, newFault(ews.ErrorInvalidUserPrincipalName)
	case m == nil:
		return nil, newFault(ews.ErrorNonExistentMailbox)
	case who.name == "PrimarySmtpAddress" && !strings.EqualFold(m.address, name):
		return nil, newFault(ews.ErrorNonPrimarySMTPAddress)
	}
	if a != nil && !a.owns(m) && !a.has(rightImpersonate, m) {
		return nil, newFault(ews.ErrorImpersonateUserDenied)
	}
	return m, nil
}

// mayRead reports whether the call may look into folders of a mailbox.
func (c *call) mayRead(m *Mailbox) bool { return c.may(m, rightDelegate) || c.mayWrite(m) }

// mayWrite reports whether the call may change what is in a mailbox.
func (c *call) mayWrite(m *Mailbox) bool { return c.may(m, rightEdit) }

// mayViewPrivate reports whether the call sees what private items are about.
func (c *call) mayViewPrivate(m *Mailbox) bool { return c.may(m, rightPrivate) }

// may reports whether the mailbox is the caller's, or he has a right to it.
func (c *call) may(m *Mailbox, kind rightKind) bool {
	if c.account == nil || c.actor == m {
		return true
	}
	if c.actor == nil || c.account.owns(c.actor) {
		return c.account.has(kind, m)
	}
	// Impersonation gives the rights of the one who is impersonated, not more.
	for _, other := range c.server.accounts {
		if other.owns(c.actor) && other.has(kind, m) {
			return true
		}
	}
	return false
}

// folder finds the folder that a t:FolderId or t:DistinguishedFolderId names.
func (c *call) folder(e *element) (*Mailbox, *folder, ews.ResponseCode) {
	var m *Mailbox
	var f *folder
	if e.name == "FolderId" {
		m, f = c.server.folderByID(e.attribute("Id"))
		if f == nil {
			return nil, nil, ews.ErrorFolderNotFound
		}
	} else {
		m = c.actor
		if smtp := e.mailbox(); smtp != "" {
			if m = c.server.byAddress[strings.ToLower(smtp)]; m == nil {
				return nil, nil, ews.ErrorNonExistentMailbox
			}
		}
		if m == nil {
			return nil, nil, errorMissingEmailAddress
		}
	}
	if !c.mayRead(m) {
		return nil, nil, ews.ErrorAccessDenied
	}
	if f == nil {
		if f = m.distinguished[ews.DistinguishedFolderID(e.attribute("Id"))]; f == nil {
			return nil, nil, ews.ErrorFolderNotFound
		}
	}
	return m, f, ews.NoError
}

// mailbox returns the address in a t:DistinguishedFolderId, or "".
func (e *element) mailbox() string {
	m := e.child(ews.NamespaceTypes, "Mailbox")
	if m == nil {
		return ""
	}
	return m.value(ews.NamespaceTypes, "EmailAddress")
}

func (s *Server) folderByID(id string) (*Mailbox, *folder) {
	m := s.byGUID[mailboxIn(id)]
	if m == nil || m.folders[id] == nil {
		return nil, nil
	}
	return m, m.folders[id]
}
