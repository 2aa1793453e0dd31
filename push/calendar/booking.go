package calendar

import (
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Booking is an appointment or a meeting, or one occurrence of a series, as the
// calendar of a room shows it. What a room mailbox does not know, because its
// settings remove it, is marked.
type Booking struct {
	// Key names the booking in its room for good: the UID, and for an
	// occurrence the UID and its original start. It does not change when the
	// item moves, though its ItemID does.
	Key string `json:"key"`
	// UID is that of the meeting, the same in the calendars of all who take
	// part, and the same for all occurrences of a series.
	UID string `json:"uid,omitempty"`
	// RecurrenceID is the original start of an occurrence; zero for what is
	// none.
	RecurrenceID time.Time `json:"recurrenceId,omitzero"`
	// Exception: this occurrence is different from the rest of its series.
	Exception bool `json:"exception,omitempty"`

	Start time.Time `json:"start"` // UTC
	End   time.Time `json:"end"`   // UTC
	// AllDay events go from midnight to midnight in TimeZone; FirstDay and
	// LastDay, both inclusive, are their days there, as
	// ews.CalendarItem.Dates finds them.
	AllDay   bool     `json:"allDay,omitempty"`
	FirstDay ews.Date `json:"firstDay,omitzero"`
	LastDay  ews.Date `json:"lastDay,omitzero"`
	TimeZone string   `json:"timeZone,omitempty"` // the organizer's, a Windows name

	State    State                    `json:"state"`
	FreeBusy ews.LegacyFreeBusyStatus `json:"freeBusy,omitempty"`

	Subject       string        `json:"subject,omitempty"`
	SubjectSource SubjectSource `json:"subjectSource,omitempty"`
	Location      string        `json:"location,omitempty"`
	// Private: marked private or confidential. A room mailbox removes the mark
	// by default (RemovePrivateProperty), so its absence proves nothing.
	Private    bool     `json:"private,omitempty"`
	Categories []string `json:"categories,omitempty"`

	// Meeting: others were invited, or this calendar was.
	Meeting   bool     `json:"meeting,omitempty"`
	Organizer Person   `json:"organizer,omitzero"`
	Attendees []Person `json:"attendees,omitempty"` // required, then optional ones
	Resources []Person `json:"resources,omitempty"` // rooms and equipment

	// The rest tells which item this was read from. It is not compared.

	ItemID     ews.ItemID `json:"itemId"` // of the series' master for an occurrence like the others
	CreatedAt  time.Time  `json:"createdAt,omitzero"`
	ModifiedAt time.Time  `json:"modifiedAt,omitzero"`
}

// Person is an organizer, an attendee or a resource.
type Person struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"` // SMTP where Exchange knows it
	// Optional attendees need not come.
	Optional bool `json:"optional,omitempty"`
	// Response is what the person answered, as far as this calendar knows:
	// the organizer's does, a room's does not.
	Response ews.ResponseType `json:"response,omitempty"`
}

// State says how firm a booking is.
type State string

// The states of a booking.
const (
	// Confirmed: accepted, or this calendar's own.
	Confirmed State = "confirmed"
	// Pending: the room has not answered yet. It may still decline, and the
	// booking vanish.
	Pending State = "pending"
)

// SubjectSource says where Subject comes from.
type SubjectSource string

// The sources of a subject.
const (
	// SubjectOriginal: as the organizer wrote it, as far as can be told.
	SubjectOriginal SubjectSource = "original"
	// SubjectOrganizer: the room mailbox has put the organizer's name in its
	// place (DeleteSubject and AddOrganizerToSubject, the defaults). What the
	// meeting is about is not known.
	SubjectOrganizer SubjectSource = "organizer"
	// SubjectPrefixed: the organizer's name stands in front of what the
	// organizer wrote (AddOrganizerToSubject alone).
	SubjectPrefixed SubjectSource = "prefixed"
	// SubjectHidden: there is none, or Exchange says "Private Appointment",
	// since the login may not see private items.
	SubjectHidden SubjectSource = "hidden"
)

// Equal reports whether two bookings are the same for an application: whether
// everything but the item they were read from is.
func (b *Booking) Equal(other *Booking) bool {
	if b == nil || other == nil {
		return b == other
	}
	return b.Key == other.Key && b.Exception == other.Exception &&
		b.Start.Equal(other.Start) && b.End.Equal(other.End) &&
		b.AllDay == other.AllDay && b.FirstDay == other.FirstDay && b.LastDay == other.LastDay &&
		b.State == other.State && b.FreeBusy == other.FreeBusy &&
		b.Subject == other.Subject && b.SubjectSource == other.SubjectSource && b.Location == other.Location &&
		b.Private == other.Private && slices.Equal(b.Categories, other.Categories) &&
		b.Meeting == other.Meeting && b.Organizer == other.Organizer &&
		slices.Equal(b.Attendees, other.Attendees) && slices.Equal(b.Resources, other.Resources)
}

// String gives times and state only: names and subjects are nobody's business
// but the application's.
func (b Booking) String() string {
	text := fmt.Sprintf("%s – %s", b.Start.UTC().Format("2006-01-02 15:04"), b.End.UTC().Format("2006-01-02 15:04"))
	if b.AllDay && b.FirstDay != (ews.Date{}) {
		text = b.FirstDay.String()
		if b.LastDay != b.FirstDay {
			text += " – " + b.LastDay.String()
		}
	}
	if b.State != Confirmed && b.State != "" {
		text += " (" + string(b.State) + ")"
	}
	return text
}

// GoString is String.
func (b Booking) GoString() string { return b.String() }

// Format prints String for all verbs: some of them would go past it.
func (b Booking) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, b.String()) }

// LogValue is for log/slog; it leaves out names and subjects.
func (b Booking) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("key", b.Key),
		slog.Time("start", b.Start),
		slog.Time("end", b.End),
		slog.String("state", string(b.State)),
	)
}

var (
	_ slog.LogValuer = Booking{}
	_ fmt.Formatter  = Booking{}
)
