package sqlstore

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/subscribe"
)

func TestSetOutcomes(t *testing.T) {
	conflict := subscribe.ErrConflict
	for name, tc := range map[string]struct {
		done sql.NullString
		want []error
	}{
		"all":  {sql.NullString{}, []error{nil, nil, nil}},
		"none": {sql.NullString{Valid: true}, []error{conflict, conflict, conflict}},
		"some": {sql.NullString{Valid: true, String: "3 1"}, []error{nil, conflict, nil}},
		"one":  {sql.NullString{Valid: true, String: "2"}, []error{conflict, nil, conflict}},
	} {
		t.Run(name, func(t *testing.T) {
			batch := []*call[postgresEntry]{{err: errAbandoned}, {err: errAbandoned}, {err: errAbandoned}}
			require.NoError(t, setOutcomes(batch, tc.done))
			for i, c := range batch {
				require.Equal(t, tc.want[i], c.err)
			}
		})
	}
	for _, wrong := range []string{"0", "4", "-1", "1 x", "{1,2}"} {
		batch := []*call[postgresEntry]{{}, {}, {}}
		require.ErrorContains(t, setOutcomes(batch, sql.NullString{Valid: true, String: wrong}), "is not a position", wrong)
	}
}
