package subscribe

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStandings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &standings{}
		stand := func(seq int64) *standing {
			return &standing{current: &subscription{Generation: 7}, seq: seq, until: time.Now().Add(standingFor)}
		}
		require.Nil(t, k.find("a", time.Now()), "nothing yet")
		for phase := range 5 { // wherever in a turn it begins
			first := stand(int64(10*phase + 1))
			k.note("a", first, time.Now())
			require.Same(t, first, k.find("a", time.Now()))
			require.Nil(t, k.find("b", time.Now()))
			time.Sleep(standingFor - time.Nanosecond)
			require.Same(t, first, k.find("a", time.Now()), "until the end")
			time.Sleep(time.Nanosecond)
			require.Nil(t, k.find("a", time.Now()), "and no longer")
			time.Sleep(standingFor / 3)
		}
		k.note("a", stand(100), time.Now())
		k.note("a", stand(99), time.Now())
		require.EqualValues(t, 100, k.find("a", time.Now()).seq, "an older one does not come back")

		k.forget("a", time.Now())
		require.Nil(t, k.find("a", time.Now()))
		k.note("a", stand(101), time.Now())
		require.Nil(t, k.find("a", time.Now()), "barred for a while")
		time.Sleep(standingFor)
		k.note("a", stand(102), time.Now())
		require.NotNil(t, k.find("a", time.Now()))

		for i := range 100 {
			k.note(string(rune('A'+i)), stand(1), time.Now())
		}
		time.Sleep(2 * standingFor)
		k.note("a", stand(1), time.Now())
		require.Len(t, k.young, 1)
		require.Empty(t, k.old, "what is out of date is let go of")
	})
}
