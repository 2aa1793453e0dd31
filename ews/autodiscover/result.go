package autodiscover

import (
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Result is what was found for an address. It is shared by all who ask for that
// address, and must not be changed.
type Result struct {
	// EWSURL is the endpoint to use: https, and on a trusted host.
	EWSURL string
	// ExternalEWSURL and InternalEWSURL are as the server told them; their hosts
	// need not be trusted, nor need they be https. Empty if not told.
	ExternalEWSURL, InternalEWSURL string

	Method Method // that led to the result
	URL    string // of the service that told it
	// Address is the one that the service answered for: the one asked for, or
	// the last RedirectAddress.
	Address string
	// PrimaryAddress is the mailbox's primary SMTP address, if told, which JSON
	// never does. Where it differs from Address, that one is an alias.
	PrimaryAddress string

	ServerVersion       ews.ServerVersionInfo // zero if not told
	SupportedSchemas    []string              // EwsSupportedSchemas, nil if not told
	GroupingInformation string                // empty if not told
	// Settings are all user settings that SOAP told as text, by name; nil for the
	// other methods.
	Settings map[string]string

	// Discovered is when the answer came.
	Discovered time.Time
}
