package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"slices"

	"github.com/ewspush/ewspush/push/calendar"
	"github.com/ewspush/ewspush/subscribe/sqlstore"
	_ "modernc.org/sqlite" // the driver is the program's choice
)

// state is what outlives the program: a database, for the application's
// bookings and what the library keeps, and the secret that callback addresses
// are signed with. Without the secret, a subscription of an earlier run would
// not be recognised when Exchange calls.
type state struct {
	path   string
	db     *sql.DB
	store  *sqlstore.Store
	secret []byte
}

func openState(ctx context.Context, path string) (*state, error) {
	secret, err := loadSecret(path + ".secret")
	if err != nil {
		return nil, err
	}
	s := &state{path: path, secret: secret}
	// What must be set is said in the documentation of sqlstore; a database
	// without it is refused.
	dsn := url.URL{
		Scheme: "file", Opaque: url.PathEscape(path),
		RawQuery: "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)",
	}
	if s.db, err = sql.Open("sqlite", dsn.String()); err != nil {
		return nil, err
	}
	// The default of two idle connections makes a new one for many calls.
	s.db.SetMaxOpenConns(8)
	s.db.SetMaxIdleConns(8)
	if s.store, err = sqlstore.OpenSQLite(ctx, s.db, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), s.db.Close())
	}
	return s, nil
}

// loadSecret reads the secret, or makes one.
func loadSecret(path string) ([]byte, error) {
	secret, err := os.ReadFile(path) //nolint:gosec // G304: it is the user's own choice
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	secret = make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return secret, os.WriteFile(path, secret, 0o600)
}

func (s *state) close() error { return s.db.Close() }

// waiting returns how many rooms there are in the database, and how many
// notifications wait to be handled.
func waiting(ctx context.Context, svc *calendar.Service) (rooms int, entries int64, err error) {
	for st, err := range svc.All(ctx) {
		if err != nil {
			return 0, 0, err
		}
		rooms++
		entries += st.Backlog
	}
	return rooms, entries, nil
}

// wantOnly forgets what an earlier run followed and this one does not.
func wantOnly(ctx context.Context, svc *calendar.Service, app *bookings, wanted []string) error {
	for st, err := range svc.All(ctx) {
		if err != nil {
			return err
		}
		if slices.Contains(wanted, st.Spec.Key) {
			continue
		}
		if err := svc.Unsubscribe(ctx, st.Spec.Key); err != nil {
			return err
		}
	}
	return app.keepOnly(ctx, wanted)
}
