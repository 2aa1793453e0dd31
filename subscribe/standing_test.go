package subscribe

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func stand(seq int64) *standing {
	return &standing{current: &subscription{Generation: 7}, tail: &record{}, seq: seq, until: time.Now().Add(standingFor)}
}

func TestStandings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &standings{}
		require.Nil(t, k.find("a"), "nothing yet")
		k.note("a", stand(100), time.Now())
		require.EqualValues(t, 100, k.find("a").seq)
		require.Nil(t, k.find("b"))
		k.note("a", stand(99), time.Now())
		require.EqualValues(t, 100, k.find("a").seq, "an older one does not come back")

		k.forget("a", time.Now())
		require.Nil(t, k.find("a"))
		k.note("a", stand(101), time.Now())
		require.Nil(t, k.find("a"), "barred for a while")
		time.Sleep(standingFor)
		k.note("a", stand(1), time.Now())
		require.EqualValues(t, 1, k.find("a").seq, "the journal may have begun anew")
		time.Sleep(standingFor)
		k.note("a", stand(102), time.Now())
		require.EqualValues(t, 102, k.find("a").renewed(time.Now()).seq)
	})
}

func TestFadingForgetsWhatIsNotSet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var f fading[int]
		_, ok := f.get("a")
		require.False(t, ok)
		for i := range 7 { // wherever in a turn it is set
			f.set("a", i, time.Now())
			time.Sleep(fadeAfter - time.Nanosecond)
			f.set("b", i, time.Now())
			got, ok := f.get("a")
			require.True(t, ok, "for as long as was promised")
			require.Equal(t, i, got)
			time.Sleep(fadeAfter/3 + time.Nanosecond)
		}
		for i := range 100 {
			f.set(string(rune('A'+i)), i, time.Now())
		}
		time.Sleep(2 * fadeAfter)
		f.set("b", 1, time.Now())
		require.Len(t, f.young, 1)
		require.Empty(t, f.old, "what is out of date is let go of")

		f.set("c", 2, time.Now())
		time.Sleep(fadeAfter)
		f.set("d", 3, time.Now())
		f.remove("c")
		f.remove("d")
		_, inOld := f.get("c")
		_, inYoung := f.get("d")
		require.False(t, inOld || inYoung)
	})
}
