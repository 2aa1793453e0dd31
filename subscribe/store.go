package subscribe

import (
	"context"
	"errors"
	"time"
)

// Errors that a Store returns; callers compare with errors.Is.
var (
	// ErrNotFound: there is no such row, entry or parked event.
	ErrNotFound = errors.New("subscribe: not found")
	// ErrConflict: somebody else wrote first. Read again and decide again.
	ErrConflict = errors.New("subscribe: conflict")
)

// Store keeps what must outlive a call: a row per subscription, and a journal
// per key with everything that Exchange told about it. It is storage and
// nothing else; all decisions are made above it. A new store is an afternoon's
// work and a run of storetest, which tests every sentence below.
//
// All methods may be called from many goroutines and, where the store is
// shared, from many processes. A method that returns nil has taken effect as
// durably as the store ever will; one that returns an error may have taken
// effect or not, or may yet do so soon after (a commit that is under way when
// ctx ends cannot be called back), except that ErrConflict and ErrNotFound mean
// that it never will. Methods return promptly with an error once ctx has ended.
// Other errors are passed to the caller as they are, wrapped or not; the caller
// tries again later.
//
// Slices passed in belong to the caller after the call, slices returned
// belong to the caller too: a store copies what it keeps. Keys are non-empty
// UTF-8 without NUL and at most 255 bytes long; they are compared and ordered
// byte by byte. Times are kept to the microsecond at least and come back as
// the same instant.
type Store interface {
	// Get returns the row of key, or ErrNotFound.
	Get(ctx context.Context, key string) (Row, error)

	// List returns up to limit rows whose keys come after the given one, in
	// order of their keys. The first page comes after "".
	List(ctx context.Context, after string, limit int) ([]Row, error)

	// Due returns up to limit rows of the given shards with Due not zero and
	// not after now, those due longest first. Its cost must follow the number
	// of rows returned, not the number of rows there are.
	Due(ctx context.Context, shards Shards, now time.Time, limit int) ([]Row, error)

	// Put writes the row if the stored row still has row.Revision, and returns
	// the new, higher revision. Revision 0 stands for "there is none yet". If
	// the stored revision is another one, or the row is gone, the error is
	// ErrConflict and nothing is written.
	//
	// Revisions of a key never repeat, also not after the row was deleted and
	// made again.
	Put(ctx context.Context, row Row) (revision int64, err error)

	// Delete removes the row of key if it still has that revision, and with it
	// the key's journal, offset and parked events, in one step. Another
	// revision is ErrConflict. Revision 0 stands for "there is no row", as in
	// Put: it removes a journal that was left without a row, and is not an
	// error if there is nothing to remove.
	Delete(ctx context.Context, key string, revision int64) error

	// Append adds the entry to the journal of entry.Key if entry.Seq is the
	// next one: 1 in an empty journal, else the tail's plus one. Any other Seq
	// is ErrConflict and nothing is written. There need not be a row of that
	// key. Of concurrent calls with the same key and Seq exactly one succeeds.
	Append(ctx context.Context, entry Entry) error

	// Tail returns the last entry of the key's journal, or ErrNotFound if
	// there is none. Pruning never removes the tail.
	Tail(ctx context.Context, key string) (Entry, error)

	// Read returns up to limit entries of key with a Seq greater than after,
	// in order. There are no holes between the offset and the tail.
	Read(ctx context.Context, key string, after int64, limit int) ([]Entry, error)

	// Backlog returns up to limit keys of the given shards, in order and after
	// the given key, whose journals have entries beyond their offset. Its cost
	// must follow the number of keys returned.
	Backlog(ctx context.Context, shards Shards, after string, limit int) ([]Backlog, error)

	// Offset returns the key's offset: the Seq of the last entry that has been
	// handled, 0 for none or for a key without a journal.
	Offset(ctx context.Context, key string) (int64, error)

	// Advance moves the offsets of several keys forward. An offset that lies
	// behind the stored one, or beyond the tail, or belongs to a key without a
	// journal is left out without an error.
	Advance(ctx context.Context, offsets []Offset) error

	// Prune removes up to limit entries that are at or behind their key's
	// offset, are older than before, and are not their key's tail. It returns
	// how many it removed.
	Prune(ctx context.Context, before time.Time, limit int) (int, error)

	// Park sets an event of an entry aside. To park what is parked already
	// replaces it and is not an error.
	Park(ctx context.Context, parked Parked) error

	// Parked returns up to limit parked events that come after the given one,
	// in order of key, sequence number and index. The first page comes after
	// the zero ParkedID; ParkedID{Key: k} starts before the first one of k.
	Parked(ctx context.Context, after ParkedID, limit int) ([]Parked, error)

	// Unpark removes a parked event, or returns ErrNotFound.
	Unpark(ctx context.Context, id ParkedID) error
}

// Row is the state of one subscription. It is written by compare-and-swap only.
type Row struct {
	Key      string
	Revision int64 // set by the store; 0 in a row that has not been stored
	Shard    int   // ShardOf(Key)
	// Due is when a manager must look at the row; zero means never.
	Due  time.Time
	Data []byte // opaque to the store
}

// Entry is one element of a key's journal: a notification or a gap, as
// received. Entries are never changed.
type Entry struct {
	Key   string
	Seq   int64 // 1, 2, 3, … per key
	Shard int   // ShardOf(Key)
	At    time.Time
	Data  []byte // opaque to the store
}

// Backlog tells that a key has entries which have not been handled.
type Backlog struct {
	Key    string
	Shard  int
	Offset int64 // Seq of the last entry that has been handled, 0 for none
	Tail   int64 // Seq of the last entry
}

// Offset says that the entries of a key up to Seq have been handled.
type Offset struct {
	Key string
	Seq int64
}

// ParkedID names a parked event.
type ParkedID struct {
	Key   string
	Seq   int64 // of the entry
	Index int   // of the event in the entry; -1 for the entry as a whole
}

// Parked is an event that was set aside because it could not be handled.
type Parked struct {
	ParkedID
	At       time.Time // when it was set aside
	Attempts int
	Reason   string // for people
	Data     []byte // the entry's, opaque to the store
}
