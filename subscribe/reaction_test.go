package subscribe

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

// Every action of the table has a verdict, and none of them is forgotten when
// the table grows.
func TestVerdicts(t *testing.T) {
	spec := planSpec()
	seen := map[ews.Action]bool{}
	for _, r := range ews.Reactions() {
		seen[r.Action] = true
		v := verdictOn(r, 0, spec)
		require.Equal(t, r.Refused, v.refused, r.On)
		require.Equal(t, r.Anew, v.noResume, r.On)
		require.GreaterOrEqual(t, v.wait, r.Wait, r.On)
		switch r.Action {
		case ews.ActionFixConfiguration, ews.ActionGiveUpMailbox, ews.ActionStopLogin:
			require.True(t, v.failed, r.On)
			require.Equal(t, r.Wait == 0, v.permanent, r.On)
		case ews.ActionTreatAsDeleted:
			require.True(t, v.failed, r.On)
			require.False(t, v.permanent, r.On)
		default:
			require.False(t, v.failed, r.On)
			require.False(t, v.permanent, r.On)
		}
		require.Equal(t, r.Action == ews.ActionRediscover, v.rediscover, r.On)
		if r.Limit > 0 {
			again := verdictOn(r, r.Limit, spec)
			require.Equal(t, r.Then != ews.ActionResubscribe, again.failed, r.On)
			require.Equal(t, v.rediscover, again.rediscover, "what is given up is looked up with each later look")
		}
		require.False(t, verdictOnLoss(r).failed, r.On)
		require.LessOrEqual(t, verdictOnLoss(r).wait, 5*time.Minute, "a lost subscription is replaced soon: %s", r.On)
	}
	require.Len(t, seen, 12, "actions in the table")
}

// Rows that earlier versions wrote must still be read.
func TestRowsOfEarlierVersions(t *testing.T) {
	const data = `{"spec":{"key":"room-1","mailbox":"room1@example.com","folderIds":[{"distinguishedId":"calendar"}],` +
		`"eventTypes":["CreatedEvent"],"statusFrequency":600000000000},"generation":1700000000000,` +
		`"current":{"generation":1699999999999,"fingerprint":"f","scope":"s","callback":"c","askedAt":"2026-11-02T08:00:00Z",` +
		`"answeredAt":"2026-11-02T08:00:01Z","subscriptionId":"id","watermark":"w","serverVersion":"15.2.2562.17 (V2017_07_11)",` +
		`"heardAt":"2026-11-02T08:00:02Z"},"attempts":3,"notBefore":"2026-11-02T09:00:00Z",` +
		`"failure":{"at":"2026-11-02T08:30:00Z","code":"ErrorAccessDenied","message":"no","permanent":true},"scope":"s",` +
		`"lostAt":"2026-11-02T08:21:00Z"}`
	s, err := decodeState(Row{Key: "room-1", Data: []byte(data)})
	require.NoError(t, err)
	require.Equal(t, StateFailed, s.state(look{now: planStart.Add(24 * time.Hour), tail: &record{}, policy: planPolicy()}))
	require.False(t, s.plan(look{now: planStart.Add(24 * time.Hour), tail: &record{}, policy: planPolicy()}).Subscribe)
	require.True(t, s.Server.IsZero())
	require.Equal(t, "15.2.2562.17 (V2017_07_11)", s.Current.ServerVersion)
	s.retry()
	require.True(t, s.plan(look{now: planStart.Add(24 * time.Hour), tail: &record{}, policy: planPolicy()}).Subscribe)
}
