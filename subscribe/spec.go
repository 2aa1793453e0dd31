package subscribe

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/ewspush/ewspush/ews"
)

// Defaults and limits of a Spec.
const (
	DefaultStatusFrequency = 10 * time.Minute
	MinStatusFrequency     = time.Minute    // by the schema
	MaxStatusFrequency     = 24 * time.Hour // by the schema
	maxKeyLen              = 255
)

// Spec says what is to be watched: the desired state of one subscription.
type Spec struct {
	// Key is the application's name of the subscription, for example the
	// number of a room. It is UTF-8 without NUL, 1 to 255 bytes long, and does
	// not begin with U+0001.
	Key string `json:"key"`
	// Mailbox is the SMTP address of the mailbox; its primary one, where the
	// server insists on it. Empty means the mailbox of the login itself.
	Mailbox string `json:"mailbox,omitempty"`
	// FolderIDs are the folders to watch, all in that mailbox. Default: the
	// calendar.
	FolderIDs []ews.FolderID `json:"folderIds,omitempty"`
	// AllFolders watches the whole mailbox; FolderIDs must then be empty.
	// Deletions look different in such a subscription, and it is noisier.
	AllFolders bool `json:"allFolders,omitempty"`
	// EventTypes are the kinds of events to be told about. Default: Created,
	// Modified, Moved, Deleted, Copied.
	EventTypes []ews.EventType `json:"eventTypes,omitempty"`
	// StatusFrequency is the interval of heartbeats and the longest outage of
	// the receiver that a subscription survives: whole minutes, 1 minute to 24
	// hours. Default: 10 minutes.
	StatusFrequency time.Duration `json:"statusFrequency,omitempty"`
}

// withDefaults returns a copy in which every optional field has its value.
func (s Spec) withDefaults() Spec {
	s.FolderIDs, s.EventTypes = slices.Clone(s.FolderIDs), slices.Clone(s.EventTypes)
	if len(s.FolderIDs) == 0 && !s.AllFolders {
		s.FolderIDs = []ews.FolderID{{DistinguishedID: ews.CalendarFolder}}
	}
	if len(s.EventTypes) == 0 {
		s.EventTypes = []ews.EventType{
			ews.CreatedEvent, ews.ModifiedEvent, ews.MovedEvent, ews.DeletedEvent, ews.CopiedEvent,
		}
	}
	if s.StatusFrequency == 0 {
		s.StatusFrequency = DefaultStatusFrequency
	}
	return s
}

func (s Spec) validate() error {
	if err := validateKey(s.Key); err != nil {
		return fmt.Errorf("subscribe: Spec.Key: %w", err)
	}
	if s.Mailbox != "" && !isSMTPAddress(s.Mailbox) {
		return fmt.Errorf("subscribe: Spec.Mailbox: %q is not an SMTP address", s.Mailbox)
	}
	if s.AllFolders && len(s.FolderIDs) > 0 {
		return errors.New("subscribe: Spec.FolderIDs: must be empty when AllFolders is set")
	}
	for i, f := range s.FolderIDs {
		if (f.ID == "") == (f.DistinguishedID == "") {
			return fmt.Errorf("subscribe: Spec.FolderIDs[%d]: exactly one of ID and DistinguishedID must be set", i)
		}
	}
	for i, t := range s.EventTypes {
		if t == "" || t == ews.StatusEvent {
			return fmt.Errorf("subscribe: Spec.EventTypes[%d]: %q cannot be subscribed to", i, t)
		}
	}
	if f := s.StatusFrequency; f < MinStatusFrequency || f > MaxStatusFrequency || f%time.Minute != 0 {
		return fmt.Errorf("subscribe: Spec.StatusFrequency: %v is not a whole number of minutes from 1m to 24h", f)
	}
	return nil
}

func validateKey(key string) error {
	switch {
	case key == "":
		return errors.New("is empty")
	case len(key) > maxKeyLen:
		return fmt.Errorf("is %d bytes long; at most %d are possible", len(key), maxKeyLen)
	case strings.HasPrefix(key, reserved):
		return fmt.Errorf("%q begins with a reserved character", key)
	case !utf8.ValidString(key) || strings.ContainsRune(key, 0):
		return fmt.Errorf("%q is not UTF-8 without NUL", key)
	}
	return nil
}

// isSMTPAddress is no syntax check: it catches the common mistakes, a display
// name or an alias without a domain.
func isSMTPAddress(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && !strings.ContainsAny(s, " \t\r\n<>,;\"") && !strings.Contains(domain, "@")
}

// scope is a fingerprint of everything that decides which events there are. A
// watermark can be resumed from only within the same scope.
func (s Spec) scope() string {
	s.StatusFrequency = 0
	s.Mailbox = strings.ToLower(s.Mailbox)
	return s.fingerprint()
}

// fingerprint tells whether two specs ask Exchange for the same thing.
func (s Spec) fingerprint() string {
	b, err := json.Marshal(s)
	if err != nil { // strings and numbers only
		panic("subscribe: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// phase returns a part of the interval, always the same for a key and spread
// evenly over many: what is done regularly should not be done for all at once.
func (s Spec) phase(interval time.Duration) time.Duration {
	h := sha256.Sum256([]byte(s.Key))
	return time.Duration(float64(interval) * float64(binary.BigEndian.Uint32(h[:4])) / (1 << 32))
}

// request is the Subscribe request of one generation.
func (s Spec) request(url, watermark string) *ews.PushSubscriptionRequest {
	return &ews.PushSubscriptionRequest{
		SubscribeToAllFolders: s.AllFolders,
		FolderIDs:             s.FolderIDs,
		EventTypes:            s.EventTypes,
		Watermark:             watermark,
		StatusFrequency:       s.StatusFrequency,
		URL:                   url,
	}
}
