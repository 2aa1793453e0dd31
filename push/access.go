package push

import "fmt"

// Access says by what right the mailboxes are watched.
type Access int

const (
	// Impersonation: the login acts as each mailbox, by the role
	// ApplicationImpersonation. The server charges the mailbox, so one login
	// can watch any number.
	Impersonation Access = iota
	// Delegate: the login has rights to the folders of the mailboxes. The
	// server charges the login.
	Delegate
)

func (a Access) validate() error {
	if a != Impersonation && a != Delegate {
		return fmt.Errorf("push: Config.Access: %d is not an Access", a)
	}
	return nil
}
