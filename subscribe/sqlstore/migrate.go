package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// session is what a transaction is carried out on.
type session interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// migrate carries out the migrations that the tables have not seen, with the
// names filled in by text; made says whether there is the table that holds the
// version. The session is in a transaction that nobody else can be in.
func migrate(ctx context.Context, tx session, text *strings.Replacer, made bool, migrations [][]string) error {
	var (
		version int
		err     error
	)
	for _, statement := range []string{
		"CREATE TABLE {p}version (version INTEGER NOT NULL)", "INSERT INTO {p}version (version) VALUES (0)",
	} {
		// Not IF NOT EXISTS, which needs the right to make what there is.
		if err == nil && !made {
			_, err = tx.ExecContext(ctx, text.Replace(statement))
		}
	}
	if err == nil {
		err = tx.QueryRowContext(ctx, text.Replace("SELECT version FROM {p}version")).Scan(&version)
	}
	if err != nil {
		return fmt.Errorf("schema: %w", err)
	}
	if version > len(migrations) {
		return fmt.Errorf("%w: version %d, and %d is the newest that this one knows", ErrNewerSchema, version, len(migrations))
	}
	if version == len(migrations) {
		return nil
	}
	for ; version < len(migrations); version++ {
		for _, statement := range migrations[version] {
			if _, err := tx.ExecContext(ctx, text.Replace(statement)); err != nil {
				return fmt.Errorf("schema version %d: %w", version+1, err)
			}
		}
	}
	// No parameter, because the databases spell them differently.
	if _, err := tx.ExecContext(ctx, text.Replace(fmt.Sprintf("UPDATE {p}version SET version = %d", version))); err != nil {
		return fmt.Errorf("schema version %d: %w", version, err)
	}
	return nil
}
