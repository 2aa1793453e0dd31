package ewstest

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"
)

// The stubs that notifications carry in place of a change key.
const (
	itemChangeKey           = "DwAAAA=="
	folderChangeKey         = "AQAAAA=="
	modifiedFolderChangeKey = "AgAAAA=="
)

// ticksAtUnixEpoch is 1970 in .NET ticks: 100 ns since the year 1.
const ticksAtUnixEpoch = 621355968000000000

// subscriptionID returns an id in the layout that servers since 2013 use: the
// server's name, a GUID, the time of creation, the mailbox's GUID.
func subscriptionID(server string, id guid, created time.Time, mailbox guid) string {
	b := binary.LittleEndian.AppendUint16(nil, uint16(len(server))) //nolint:gosec // a host name
	b = append(b, server...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(id)))
	b = append(b, id[:]...)
	ticks := created.Unix()*1e7 + int64(created.Nanosecond()/100) + ticksAtUnixEpoch
	b = binary.LittleEndian.AppendUint64(b, uint64(ticks)) //nolint:gosec // after the year 1
	b = binary.LittleEndian.AppendUint32(b, uint32(len(mailbox)))
	b = append(b, mailbox[:]...)
	return base64.StdEncoding.EncodeToString(b)
}

// watermarkSize is the length of a watermark of Exchange 2007 SP1 and later.
const watermarkSize = 4 + 16 + 8 + 1

var errWatermark = errors.New("ewstest: not a watermark")

// watermark returns a position in the event history of a database.
func watermark(database guid, counter int64) string {
	var b [watermarkSize]byte
	binary.LittleEndian.PutUint32(b[:4], 1)
	copy(b[4:20], database[:])
	binary.LittleEndian.PutUint64(b[20:28], uint64(counter)) //nolint:gosec // counters are positive
	b[28] = 1
	return base64.StdEncoding.EncodeToString(b[:])
}

// parseWatermark is the inverse of watermark.
func parseWatermark(s string) (database guid, counter int64, err error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != watermarkSize || binary.LittleEndian.Uint32(b) != 1 {
		return guid{}, 0, errWatermark
	}
	copy(database[:], b[4:20])
	return database, int64(binary.LittleEndian.Uint64(b[20:28])), nil //nolint:gosec // a negative one is older than all
}

// storeObject is the place of a folder or an item in a store: the long-term id
// of the replica that made it.
type storeObject struct {
	replica guid
	counter uint64
}

func (o storeObject) append(b []byte) []byte {
	b = append(b, o.replica[:]...)
	var c [8]byte
	binary.BigEndian.PutUint64(c[:], o.counter)
	b = append(b, c[2:]...)
	return append(b, 0, 0)
}

// folderID and itemID return ids in the layout that is not compressed (AAMk…):
// the mailbox's GUID as text, then the MAPI entry id.
func folderID(mailbox, store guid, folder storeObject) string {
	entry := append(make([]byte, 4, 46), store[:]...)
	entry = append(entry, 1, 0)
	return ewsID(mailbox, folder.append(entry))
}

// itemID contains the folder, which is why an item that moves has a new id.
func itemID(mailbox, store guid, folder, item storeObject) string {
	entry := append(make([]byte, 4, 70), store[:]...)
	entry = append(entry, 7, 0)
	return ewsID(mailbox, item.append(folder.append(entry)))
}

func ewsID(mailbox guid, entry []byte) string {
	text := mailbox.String()
	b := append(make([]byte, 0, 7+len(text)+len(entry)), 0, 3)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(text))) //nolint:gosec // 36
	b = append(b, text...)
	b = append(b, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(entry))) //nolint:gosec // 46 or 70
	return base64.StdEncoding.EncodeToString(append(b, entry...))
}

// entryAt is where the length of the entry id stands in an id: after the
// mailbox's GUID as text.
const (
	entryAt       = 2 + 2 + 36 + 1
	itemEntrySize = 70
)

// occurrenceID returns the id of an occurrence of a recurring master: the
// master's, with the day behind the entry id. There is no such item in the
// store.
func occurrenceID(master string, day int) string {
	b, err := base64.StdEncoding.DecodeString(master)
	if err != nil {
		panic("ewstest: not an id of ours: " + master)
	}
	binary.LittleEndian.PutUint16(b[entryAt:], itemEntrySize+4)
	return base64.StdEncoding.EncodeToString(binary.LittleEndian.AppendUint32(b, uint32(day))) //nolint:gosec // back in splitOccurrence
}

// splitOccurrence returns what the id of an occurrence is made of; ok is false
// for any other id.
func splitOccurrence(id string) (master string, day int, ok bool) {
	b, err := base64.StdEncoding.DecodeString(id)
	if err != nil || len(b) != entryAt+2+itemEntrySize+4 || binary.LittleEndian.Uint16(b[entryAt:]) != itemEntrySize+4 {
		return "", 0, false
	}
	end := len(b) - 4
	day = int(int32(binary.LittleEndian.Uint32(b[end:]))) //nolint:gosec // days before 1970 are negative
	binary.LittleEndian.PutUint16(b[entryAt:], itemEntrySize)
	return base64.StdEncoding.EncodeToString(b[:end]), day, true
}

// mailboxIn returns the GUID of the mailbox, as text, that an id of a folder or
// an item is from, or "".
func mailboxIn(id string) string {
	b, err := base64.StdEncoding.DecodeString(id)
	if err != nil || len(b) < entryAt {
		return ""
	}
	return string(b[4 : 4+36])
}

// changeKey returns the ChangeKey of a version of an item.
func changeKey(replica guid, version uint64) string {
	b := binary.LittleEndian.AppendUint32(nil, 0x0f)
	b = binary.LittleEndian.AppendUint32(b, 16+6)
	b = append(b, replica[:]...)
	var c [8]byte
	binary.BigEndian.PutUint64(c[:], version)
	return base64.StdEncoding.EncodeToString(append(b, c[2:]...))
}
