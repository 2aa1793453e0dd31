package ews

import "strings"

// Events that come together are mostly written alike: only their texts differ,
// and hardly any text in its length. So what stands between the texts of an
// event is remembered, and the next one is compared with it piece by piece,
// which takes half the time of reading it tag by tag.
//
// Why that is right: the pieces were accepted by usualEvent, in the same element
// and with the same meaning; they are the same, byte by byte; and a text is
// taken under the same conditions. Then usualEvent would accept the event, too,
// with the same result.

// usualText says what a text of an event is.
type usualText uint8

// The texts of an event. After that of an id comes that of its change key.
const (
	textWatermark usualText = iota
	textTimeStamp
	textItemID
	textItemChangeKey
	textFolderID
	textFolderChangeKey
	textParentFolderID
	textParentFolderChangeKey
	textOldItemID
	textOldItemChangeKey
	textOldFolderID
	textOldFolderChangeKey
	textOldParentFolderID
	textOldParentFolderChangeKey
)

func (t usualText) isChangeKey() bool { return t >= textItemID && t%2 == textItemChangeKey%2 }

// maxUsualTexts is how many an event has at the most: of each id that it can
// have, an item's and a folder's exclude each other.
const maxUsualTexts = 10

// usualTexts are where the texts of an event are. Its methods may be called on
// nil.
type usualTexts struct {
	role  usualText // of the next one
	texts [maxUsualTexts]struct {
		role          usualText
		begin, length int
	}
	n int
}

// next says what the next text is. What comes after that is its change key.
func (t *usualTexts) next(role usualText) {
	if t != nil {
		t.role = role
	}
}

func (t *usualTexts) note(begin, length int) {
	if t == nil {
		return
	}
	if t.n < len(t.texts) {
		text := &t.texts[t.n]
		text.role, text.begin, text.length = t.role, begin, length
	}
	t.n++
	t.role++
}

// usualShape is what an event consists of except its texts.
type usualShape struct {
	kind  EventType // empty for no shape
	texts [maxUsualTexts]struct {
		before string // what stands in front of the text
		role   usualText
		length int // that it had
	}
	n     int
	after string // what stands behind the last one
}

// usualShapes are the last two, since two often alternate: that of an item, and
// that of its folder. Methods without results may be called on nil.
type usualShapes struct {
	shapes [2]usualShape
	latest int        // which of them the last event had
	next   int        // which of them the next one has, presumably
	noted  usualTexts // of the event that is being read
}

// manyEvents is how long the rest of a body is in which there are so many
// events that it is worth while to remember their shapes.
const manyEvents = 1500

// shapesFor returns memory for the shapes of the events that follow, or nil if
// there are not many.
func (r *notificationReader) shapesFor(s *usualScanner) *usualShapes {
	if len(s.doc)-s.pos < manyEvents {
		return nil
	}
	if r.shapes == nil {
		r.shapes = &usualShapes{}
	}
	s.noted = &r.shapes.noted
	return r.shapes
}

// forget lets go of the body that the shapes are parts of.
func (h *usualShapes) forget() {
	if h != nil && h.shapes[0].kind+h.shapes[1].kind != "" {
		*h = usualShapes{}
	}
}

// forgetTexts comes before an event is read tag by tag.
func (h *usualShapes) forgetTexts() {
	if h != nil {
		h.noted.n = 0
	}
}

// remember takes over the shape of the event of that type that stands in the
// document between begin and end, and whose texts were noted.
func (h *usualShapes) remember(doc string, begin, end int, kind EventType) {
	if h == nil || h.noted.n == 0 || h.noted.n > maxUsualTexts {
		return
	}
	h.had(1 - h.latest)
	l := &h.shapes[h.latest]
	l.kind, l.n = kind, h.noted.n
	for i := range l.n {
		from, to := &h.noted.texts[i], &l.texts[i]
		to.before, to.role, to.length = doc[begin:from.begin], from.role, from.length
		begin = from.begin + from.length
	}
	l.after = doc[begin:end]
}

// asBefore reads an event that is written as one of those before. Otherwise it
// reports false, has moved nowhere, and what v holds is of no use.
func (r *notificationReader) asBefore(s *usualScanner, shapes *usualShapes, v *Event) bool {
	if shapes == nil {
		return false
	}
	for _, which := range [...]int{shapes.next, 1 - shapes.next} {
		if h := &shapes.shapes[which]; h.kind != "" && r.alike(s, h, v) {
			shapes.had(which)
			return true
		}
		*v = Event{}
	}
	return false
}

// had notes which shape an event had: if it is another one than before, they
// presumably alternate.
func (h *usualShapes) had(which int) {
	h.next = h.latest
	h.latest = which
}

// alike reads an event that has the shape. Otherwise it reports false, has moved
// nowhere, and what v holds is of no use.
func (r *notificationReader) alike(s *usualScanner, h *usualShape, v *Event) bool {
	pos := s.pos
	var item *ItemID
	var folder *FolderID
	for i := range h.texts[:h.n] {
		t := &h.texts[i]
		if !strings.HasPrefix(s.doc[pos:], t.before) {
			return false
		}
		pos += len(t.before)
		text, ok := textOf(s.doc[pos:], t.role, t.length)
		if !ok {
			return false
		}
		pos += len(text)
		switch t.role {
		case textWatermark:
			v.Watermark = text
		case textTimeStamp:
			if v.TimeStamp = s.time(text); s.failed {
				s.failed = false
				return false
			}
		case textItemID, textOldItemID:
			item = slot(&r.memory.items)
			item.ID = text
			if t.role == textItemID {
				v.ItemID = item
			} else {
				v.OldItemID = item
			}
		case textItemChangeKey, textOldItemChangeKey:
			item.ChangeKey = text
		case textFolderID, textParentFolderID, textOldFolderID, textOldParentFolderID:
			folder = slot(&r.memory.folders)
			folder.ID = text
			switch t.role {
			case textFolderID:
				v.FolderID = folder
			case textParentFolderID:
				v.ParentFolderID = folder
			case textOldFolderID:
				v.OldFolderID = folder
			default:
				v.OldParentFolderID = folder
			}
		default:
			folder.ChangeKey = text
		}
	}
	if !strings.HasPrefix(s.doc[pos:], h.after) {
		return false
	}
	v.Type = h.kind
	s.pos = pos + len(h.after)
	return true
}

// textOf takes a text off the beginning of rest, whose length is presumably the
// one given. It is what usualScanner's text and value would take.
func textOf(rest string, role usualText, length int) (text string, ok bool) {
	end, except := byte('"'), byte('<')
	if role == textWatermark || role == textTimeStamp {
		end, except = '<', ']'
	}
	// No plain text has a quotation mark in it.
	if length < len(rest) && rest[length] == end {
		text = rest[:length]
		ok = isPlain(text, except) && (end == '"' || strings.IndexByte(text, end) < 0)
	}
	if !ok {
		n := strings.IndexByte(rest, end)
		if n < 0 || !isPlain(rest[:n], except) {
			return "", false
		}
		text = rest[:n]
	}
	return text, text != "" || role.isChangeKey()
}
