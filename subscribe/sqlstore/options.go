package sqlstore

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Errors of OpenSQLite and OpenPostgres, for errors.Is.
var (
	// ErrNotDurable: the database would lose what was acknowledged. The text
	// says what to set.
	ErrNotDurable = errors.New("the database is not durable")
	// ErrNewerSchema: the tables were made by a newer version of this package.
	ErrNewerSchema = errors.New("the tables are newer than this program")
	// ErrUnsuitable: the database cannot be used as it is set up. The text says
	// why.
	ErrUnsuitable = errors.New("the database is unsuitable")
)

// Options are the choices that have defaults.
type Options struct {
	// Prefix begins the name of every table; the default is "ewspush_".
	// Lower-case letters, digits and underscores, at most 30 of them. Stores
	// with different prefixes in one database know nothing of each other.
	Prefix string
	// Schema is the PostgreSQL schema that holds the tables; it is made if
	// there is none. The default is the first of the connection's search_path,
	// as it is when the store is opened. Not for SQLite.
	Schema string
	// CommitTimeout bounds how long a commit may take before it is given up;
	// its outcome is unknown then. It also bounds how long the call that
	// commits for others can outlive its context. The default is 10 s. With
	// SQLite it bounds only the wait for a connection of the pool: what follows
	// is bounded by busy_timeout and the disk.
	CommitTimeout time.Duration
	// NotDurable accepts a database that may lose what it has acknowledged
	// when the machine fails: for tests, and for those who said so elsewhere.
	NotDurable bool
}

func (o *Options) withDefaults() (Options, error) {
	var d Options
	if o != nil {
		d = *o
	}
	if d.Prefix == "" {
		d.Prefix = "ewspush_"
	}
	if d.CommitTimeout == 0 {
		d.CommitTimeout = 10 * time.Second
	}
	if d.CommitTimeout < 0 {
		return d, fmt.Errorf("Options.CommitTimeout: %v is negative", d.CommitTimeout)
	}
	if ok, _ := regexp.MatchString(`^[a-z_][a-z0-9_]{0,29}$`, d.Prefix); !ok {
		return d, fmt.Errorf("Options.Prefix: %q is not lower-case letters, digits and underscores, at most 30", d.Prefix)
	}
	if reserved, _ := regexp.MatchString(`^(pg|sqlite)_`, d.Prefix); reserved {
		return d, fmt.Errorf("Options.Prefix: %q belongs to the database itself", d.Prefix)
	}
	if len(d.Schema) > 63 || !utf8.ValidString(d.Schema) || strings.ContainsAny(d.Schema, "$\x00") {
		return d, fmt.Errorf("Options.Schema: %q is not a name of at most 63 bytes without $", d.Schema)
	}
	return d, nil
}
