package ewstest

import (
	"fmt"
	"sort"
	"strings"
	"time"

	"github.com/ewspush/ewspush/ews"
)

// Mailbox is a mailbox of a Server: folders, items, and the history of what
// happened to them. Its methods may be called from many goroutines, also from
// a handler of notifications.
type Mailbox struct {
	server  *Server
	address string // primary SMTP address as it was first written

	// Everything below is under the server's lock.
	aliases  []string
	ids      *sequence
	guid     guid
	store    guid
	replica  guid
	sid      string
	object   uint64 // last object made in the store
	database guid
	name     string                         // for people
	content  *sequence                      // what decides the contents of items
	versions uint64                         // changes of items so far, for their change keys
	syncs    uint64                         // how often the sync states were made invalid
	room     *RoomOptions                   // nil for a person
	meetings map[string]map[time.Time]*item // in the calendar, by UID and recurrence id

	folders       map[string]*folder
	distinguished map[ews.DistinguishedFolderID]*folder
	allItems      *folder
	items         map[string]*item

	counter       int64 // newest position in the event history
	horizon       int64 // positions before this one cannot be replayed
	events        []loggedEvent
	changes       []Change
	subscriptions []*subscription
	budget        budget
	made          int // subscriptions ever made
}

type item struct {
	object storeObject
	id     string
	folder *folder
	entry  *entry
	record *record // in the folder's log
	span   *span   // in the folder's index, else nil
}

func newMailbox(s *Server, address string) *Mailbox {
	ids := newSequence(s.opts.Seed, strings.ToLower(address))
	m := &Mailbox{
		server: s, address: address, ids: ids,
		guid: ids.guid(), store: ids.guid(), replica: ids.guid(), database: ids.guid(),
		folders: map[string]*folder{}, distinguished: map[ews.DistinguishedFolderID]*folder{}, items: map[string]*item{},
		meetings: map[string]map[time.Time]*item{}, content: newSequence(s.opts.Seed, strings.ToLower(address)+" contents"),
		counter: 1_000_000 + int64(ids.next()%500_000_000),
	}
	m.sid = fmt.Sprintf("S-1-5-21-%d-%d-%d-%d", ids.next()>>33, ids.next()>>33, ids.next()>>33, 1000+ids.next()%9000)
	m.name, _, _ = strings.Cut(address, "@")
	m.horizon = m.counter
	m.makeFolders()
	return m
}

// Address returns the primary SMTP address.
func (m *Mailbox) Address() string { return m.address }

// GUID returns the mailbox's GUID as text. It is readable in SubscriptionIds
// and in the ids of items and folders.
func (m *Mailbox) GUID() string { return m.guid.String() }

// SID returns the security identifier of the mailbox's account, one of the four
// ways to name it in t:ExchangeImpersonation.
func (m *Mailbox) SID() string { return m.sid }

// Name returns the name that people see; it begins as what stands before the @.
func (m *Mailbox) Name() string {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return m.name
}

// SetName changes the name that people see. Items keep the one they have.
func (m *Mailbox) SetName(name string) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	m.name = name
}

func (m *Mailbox) person() person { return person{name: m.name, address: m.address} }

// AddAlias gives the mailbox another SMTP address. It works everywhere except
// where the primary one is required (t:PrimarySmtpAddress).
func (m *Mailbox) AddAlias(smtp string) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	m.aliases = append(m.aliases, smtp)
	m.server.byAddress[strings.ToLower(smtp)] = m
}

// Folder returns the id of a folder, for a Subscribe by folder id, or an
// ErrorFolderNotFound. The zero FolderID is the calendar.
func (m *Mailbox) Folder(id ews.FolderID) (ews.FolderID, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	f, err := m.folder(id)
	if err != nil {
		return ews.FolderID{}, err
	}
	return *f.ref(folderChangeKey), nil
}

// Items returns the ids of the items that are in a folder now, in no useful
// order but always the same. The zero FolderID is the calendar.
func (m *Mailbox) Items(folder ews.FolderID) ([]string, error) {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	f, err := m.folder(folder)
	if err != nil {
		return nil, err
	}
	var ids []string
	for it := range f.log.items() {
		ids = append(ids, it.id)
	}
	sort.Strings(ids)
	return ids, nil
}

// Changes returns every change made so far, in order.
func (m *Mailbox) Changes() []Change {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	return append([]Change(nil), m.changes...)
}

// ForgetEvents drops the history of events. A Subscribe with a watermark from
// before is refused with ErrorInvalidWatermark. A subscription that has not
// been sent everything yet gets an ErrorEventNotFound in place of the rest and
// is ended; the others live on.
func (m *Mailbox) ForgetEvents() {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	for _, sub := range m.subscriptions {
		if events, _, _ := m.since(sub, sub.taken, 1); len(events) > 0 {
			sub.fail(errorMessage{code: ews.ErrorEventNotFound, end: true})
		}
	}
	m.forget()
}

// MoveDatabase moves the mailbox to another database. Watermarks from before
// are refused with ErrorInvalidWatermark, and every subscription gets an
// ErrorReadEventsFailed and is ended.
func (m *Mailbox) MoveDatabase() {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	for _, sub := range m.subscriptions {
		sub.fail(errorMessage{code: ews.ErrorReadEventsFailed, end: true})
	}
	m.database = m.ids.guid()
	m.counter = 1_000_000 + int64(m.ids.next()%500_000_000)
	m.forget()
}

func (m *Mailbox) forget() {
	m.counter += m.ids.gap()
	m.horizon = m.counter
	m.events = nil
	for _, sub := range m.subscriptions {
		sub.taken = m.counter
	}
}

func (m *Mailbox) newObject() storeObject {
	m.object++
	return storeObject{replica: m.replica, counter: 0x10a000000 + m.object}
}

// position moves the history on and returns the new watermark.
func (m *Mailbox) position() string {
	m.counter += m.ids.gap()
	return watermark(m.database, m.counter)
}

// start returns the position that a watermark stands for, if the history still
// reaches back to it.
func (m *Mailbox) start(mark string) (counter int64, ok bool) {
	m.expire()
	database, counter, err := parseWatermark(mark)
	return counter, err == nil && database == m.database && counter >= m.horizon && counter <= m.counter
}

// expire drops what is older than the history reaches.
func (m *Mailbox) expire() {
	oldest := time.Now().Add(-m.server.opts.History)
	n := sort.Search(len(m.events), func(i int) bool { return m.events[i].at.After(oldest) })
	if n > 0 {
		m.horizon = m.events[n-1].counter
		m.events = m.events[n:]
	}
}

// since returns up to limit events that the subscription wants and that come
// after a position, whether more follow, and the position reached.
func (m *Mailbox) since(sub *subscription, after int64, limit int) (events []ews.Event, more bool, reached int64) {
	i := sort.Search(len(m.events), func(i int) bool { return m.events[i].counter > after })
	for ; i < len(m.events); i++ {
		e := &m.events[i]
		if !sub.wants(e) {
			after = e.counter
			continue
		}
		if len(events) == limit {
			return events, true, after
		}
		events = append(events, e.event)
		after = e.counter
	}
	return events, false, after
}

// InvalidateSyncStates makes the server forget what clients know: every
// SyncState from before is answered with ErrorInvalidSyncStateData.
func (m *Mailbox) InvalidateSyncStates() {
	m.server.mu.Lock()
	defer m.server.mu.Unlock()
	m.syncs++
}
