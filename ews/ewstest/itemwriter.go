package ewstest

import (
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// itemWriter writes the properties of an item as a client gets them.
type itemWriter struct {
	out strings.Builder
	ews.CalendarItem
	entry *entry
	html  bool // of the body, as it is stored
	shape *itemShape
	zones *zones
}

// itemXML returns an item, or an occurrence of it, in a shape.
func (c *call) itemXML(m *Mailbox, p place, shape *itemShape) string {
	w := &itemWriter{CalendarItem: m.view(p.item, p.occurrence), entry: p.item.entry, html: p.isHTML(), shape: shape, zones: &c.server.zones}
	if p.item.entry.Sensitivity == ews.SensitivityPrivate && !c.mayViewPrivate(m) {
		w.hide()
	}
	name := elementOf(w.ItemClass)
	w.raw("<t:" + name + ">")
	for i := range c.server.properties {
		w.property(&c.server.properties[i])
	}
	if name == "Message" && shape.wants("message:IsRead", false) {
		w.boolean("IsRead", w.entry.read)
	}
	w.raw("</t:" + name + ">")
	return w.out.String()
}

// elementOf returns the element for items of a class.
func elementOf(class string) string {
	switch class {
	case classAppointment:
		return "CalendarItem"
	case classNote:
		return "Message"
	case classRequest:
		return "MeetingRequest"
	case classCancellation:
		return "MeetingCancellation"
	default:
		return "Item"
	}
}

func (w *itemWriter) property(p *itemProperty) {
	switch {
	case p.calendar && !w.entry.isCalendarItem(), p.getOnly && w.shape.find, p.since > w.shape.version:
	case w.shape.wants(p.uri, p.usual):
		p.write(w)
	}
}

func (p place) isHTML() bool {
	if p.occurrence != nil && p.occurrence.exception != nil {
		return p.occurrence.exception.html
	}
	return p.item.entry.html
}

// hide takes out what a delegate without the right to private items does not
// see of one.
func (w *itemWriter) hide() {
	w.Subject, w.Location, w.Body, w.Categories = "Private Appointment", "", nil, nil
	w.Organizer, w.RequiredAttendees, w.OptionalAttendees, w.Resources = nil, nil, nil, nil
	w.HasAttachments = false
}

func (w *itemWriter) raw(s string) { w.out.WriteString(s) }

func (w *itemWriter) element(name, content string) {
	w.raw("<t:" + name + ">" + content + "</t:" + name + ">")
}

// text writes a string unless it is empty. FindItem cuts long ones.
func (w *itemWriter) text(name, s string) {
	const longest = 255
	if s == "" {
		return
	}
	if runes := []rune(s); w.shape.find && !w.shape.sync && len(runes) > longest {
		s = string(runes[:longest])
	}
	w.element(name, escape(s))
}

func (w *itemWriter) boolean(name string, b bool) { w.element(name, strconv.FormatBool(b)) }
func (w *itemWriter) number(name string, n int)   { w.element(name, strconv.Itoa(n)) }

func (w *itemWriter) time(name string, t time.Time) {
	if !t.IsZero() {
		w.element(name, w.shape.dateTime(t))
	}
}

func (w *itemWriter) id(name string, id ews.ItemID) {
	fmt.Fprintf(&w.out, `<t:%s Id="%s" ChangeKey="%s"/>`, name, id.ID, id.ChangeKey)
}

func (w *itemWriter) strings(name string, all []string) {
	if len(all) == 0 {
		return
	}
	var b strings.Builder
	for _, s := range all {
		b.WriteString("<t:String>" + escape(s) + "</t:String>")
	}
	w.element(name, b.String())
}

func mailboxXML(m *ews.Mailbox) string {
	return "<t:Mailbox><t:Name>" + escape(m.Name) + "</t:Name><t:EmailAddress>" + escape(m.EmailAddress) +
		"</t:EmailAddress><t:RoutingType>SMTP</t:RoutingType><t:MailboxType>Mailbox</t:MailboxType></t:Mailbox>"
}

func (w *itemWriter) attendees(name string, all []ews.Attendee) {
	if len(all) == 0 {
		return
	}
	w.raw("<t:" + name + ">")
	for i := range all {
		w.raw("<t:Attendee>" + mailboxXML(&all[i].Mailbox))
		w.element("ResponseType", string(all[i].ResponseType))
		w.time("LastResponseTime", all[i].LastResponseTime)
		w.raw("</t:Attendee>")
	}
	w.raw("</t:" + name + ">")
}

func (w *itemWriter) occurrence(name string, o *ews.OccurrenceInfo) {
	if o == nil {
		return
	}
	w.raw("<t:" + name + ">")
	w.id("ItemId", o.ItemID)
	w.time("Start", o.Start)
	w.time("End", o.End)
	w.time("OriginalStart", o.OriginalStart)
	w.raw("</t:" + name + ">")
}

func (w *itemWriter) zone(name string, z *ews.TimeZone) {
	fmt.Fprintf(&w.out, `<t:%s Id="%s" Name="%s"/>`, name, escape(z.ID), escape(z.Name))
}

// body writes the body as text or as HTML, whichever is asked for.
func (w *itemWriter) body() {
	if w.Body == nil {
		return
	}
	kind, text := "Text", w.Body.Text
	switch {
	case w.html && w.shape.bodyType == "Text":
		text = html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, ""))
	case w.html:
		kind = "HTML"
	case w.shape.bodyType == "HTML":
		kind, text = "HTML", "<html><body>"+html.EscapeString(text)+"</body></html>"
	}
	fmt.Fprintf(&w.out, `<t:Body BodyType="%s">%s</t:Body>`, kind, escape(text))
}
