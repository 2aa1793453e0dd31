package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// many is a statement for any number of rows. To carry out a statement costs
// several times as much as a row in it, so there is one for each of manySizes.
// Its text has {rows} for the list of rows, of so many columns each.
type many struct {
	columns int
	stmts   [len(manySizes{})]*sql.Stmt
}

// manySizes are the numbers of rows, the largest first. SQLite before 3.32 took
// 999 parameters at most, and may be built so today.
type manySizes [7]int

func sizesOfMany() manySizes { return manySizes{64, 32, 16, 8, 4, 2, 1} }

func (m *many) prepare(ctx context.Context, db *sql.DB, text string) (err error) {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", m.columns), ",") + "),"
	for i, size := range sizesOfMany() {
		full := strings.ReplaceAll(text, "{rows}", strings.TrimSuffix(strings.Repeat(row, size), ","))
		if m.stmts[i], err = db.PrepareContext(ctx, full); err != nil { //nolint:sqlclosecheck // lives as long as db
			return fmt.Errorf("%s: %w", full, err)
		}
	}
	return nil
}

// execMany carries out a statement for all rows; args has their columns, row
// after row.
func (t *sqliteTx) execMany(m *many, args []any) error {
	for i, size := range sizesOfMany() {
		for n := size * m.columns; len(args) >= n; args = args[n:] {
			if _, err := t.exec(m.stmts[i], args[:n]...); err != nil {
				return err
			}
		}
	}
	return nil
}
