package ewstest

import (
	"crypto/subtle"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Right is something an account may do beyond its own mailbox.
type Right struct {
	kind      rightKind
	mailboxes []string
}

type rightKind int

const (
	rightImpersonate rightKind = iota
	rightDelegate
	rightEdit
	rightPrivate
	rightOwn
)

// Impersonate lets an account act as these mailboxes, or as all if none is
// named: the role ApplicationImpersonation with a management scope.
func Impersonate(mailboxes ...string) Right { return Right{rightImpersonate, mailboxes} }

// Delegate lets an account read the folders of these mailboxes, or of all if
// none is named, as itself. Private items are there, and show nothing of
// themselves.
func Delegate(mailboxes ...string) Right { return Right{rightDelegate, mailboxes} }

// Edit is Delegate, and lets the account create, change and delete items.
func Edit(mailboxes ...string) Right { return Right{rightEdit, mailboxes} }

// ViewPrivate lets a delegate of these mailboxes see private items as others.
func ViewPrivate(mailboxes ...string) Right { return Right{rightPrivate, mailboxes} }

// Own says which mailbox is the account's own, where its name is not the
// address.
func Own(mailbox string) Right { return Right{rightOwn, []string{mailbox}} }

type account struct {
	name, password string
	rights         []Right
}

// AddAccount adds an account, or replaces the one of that name, which is
// compared without regard to case. As long as there is none, no login is asked
// for and everything is allowed; then every request needs Basic
// authentication, and an account may only act as its own mailbox and where its
// rights let it.
func (s *Server) AddAccount(name, password string, rights ...Right) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts[strings.ToLower(name)] = &account{name: name, password: password, rights: rights}
}

// login returns the account of a request. It is nil where no login is asked
// for; ok is false where a login is needed and failed.
func (s *Server) login(r *http.Request) (a *account, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.accounts) == 0 {
		return nil, true
	}
	name, password, ok := r.BasicAuth()
	if !ok {
		return nil, false
	}
	name, password = fromLatin1(name), fromLatin1(password)
	a = s.accounts[strings.ToLower(name)]
	if a == nil || subtle.ConstantTimeCompare([]byte(a.password), []byte(password)) != 1 {
		return nil, false
	}
	return a, true
}

// fromLatin1 returns s in UTF-8. Clients do not agree on the encoding of
// credentials; some send ISO-8859-1.
func fromLatin1(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// has reports whether the account has a right to the mailbox.
func (a *account) has(kind rightKind, m *Mailbox) bool {
	for _, r := range a.rights {
		if r.kind != kind {
			continue
		}
		if len(r.mailboxes) == 0 {
			return true
		}
		if slices.ContainsFunc(r.mailboxes, m.hasAddress) {
			return true
		}
	}
	return false
}

// owns reports whether the mailbox is the account's own.
func (a *account) owns(m *Mailbox) bool {
	return a.has(rightOwn, m) || m.hasAddress(a.name)
}

func (m *Mailbox) hasAddress(smtp string) bool {
	return m.server.byAddress[strings.ToLower(smtp)] == m
}
