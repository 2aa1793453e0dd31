package ews

// notificationMemory is what the parts of a SendNotification are made of. Each
// kind has a slice of its own, so that their number decides on the number of
// allocations only by its logarithm, and so that they can be used again.
type notificationMemory struct {
	messages      []SendNotificationResponseMessage
	notifications []Notification
	events        []Event
	items         []ItemID
	folders       []FolderID
	counts        []int
}

// smallNotification has room for what Exchange usually sends: one message, about
// one change of an item, which is a change of its folder as well.
type smallNotification struct {
	n            SendNotification
	message      [1]SendNotificationResponseMessage
	notification [1]Notification
	items        [1]ItemID
	folders      [3]FolderID
}

func (s *smallNotification) memory() notificationMemory {
	return notificationMemory{
		messages:      s.message[:0],
		notifications: s.notification[:0],
		items:         s.items[:0],
		folders:       s.folders[:0],
	}
}

// slot returns a new element of s, whose memory beyond its length is zero. When
// s is full it goes on elsewhere, and what was handed out stays where it is.
func slot[T any](s *[]T) *T {
	n := len(*s)
	if n == cap(*s) {
		*s, n = make([]T, 0, max(4, 2*n)), 0
	}
	*s = (*s)[:n+1]
	return &(*s)[n]
}

// reserve makes room for events, of which there are presumably as many as are
// given, and for ids if the first event has them.
func (m *notificationMemory) reserve(events int, first *Event) {
	n := len(m.events)
	m.events = append(make([]Event, 0, n+max(events, n/2)), m.events...)
	if first.ParentFolderID == nil {
		return
	}
	if folders := events + events/2; folders > cap(m.folders) {
		m.folders = make([]FolderID, 0, folders)
	}
	if items := events / 2; items > cap(m.items) {
		m.items = make([]ItemID, 0, items)
	}
}

// keptElements is for how many elements of each kind memory is kept to be used
// again, at the most: about half a megabyte for a thousand events.
const keptElements = 2048

// clear forgets what it holds and keeps the memory.
func (m *notificationMemory) clear() {
	wipe(&m.messages)
	wipe(&m.notifications)
	wipe(&m.events)
	wipe(&m.items)
	wipe(&m.folders)
	wipe(&m.counts)
}

func wipe[T any](s *[]T) {
	if cap(*s) > keptElements {
		*s = nil
	}
	clear(*s)
	*s = (*s)[:0]
}
