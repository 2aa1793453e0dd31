package subscribe

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The tests of plan walk through a subscription's life on a clock of their own.
type planCase struct {
	name  string
	state func(s *state) // changes a fresh state
	tail  record
	after time.Duration // since start
	want  plan
	check func(t *testing.T, s *state)
}

var planStart = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

func at(d time.Duration) time.Time { return planStart.Add(d) }

func planPolicy() policy {
	return policy{
		callback:     "here",
		silence:      func(s Spec) time.Duration { return 2*s.StatusFrequency + time.Minute },
		confirm:      2 * time.Minute,
		pollFallback: time.Minute,
		resumeWithin: time.Hour,
	}
}

func planSpec() Spec {
	return Spec{Key: "room-1", Mailbox: "room1@example.com", StatusFrequency: 10 * time.Minute}.withDefaults()
}

// sub is a subscription of that generation, asked for at planStart.
func sub(generation int64, spec Spec) *subscription {
	return &subscription{
		Generation: generation, Fingerprint: spec.fingerprint(), Scope: spec.scope(), Callback: "here", AskedAt: planStart,
	}
}

// current is the state of a key whose generation 7 has been heard.
func current() func(*state) {
	return func(s *state) {
		s.Generation = 7
		s.Current = sub(7, s.Spec)
		s.Current.HeardAt = planStart
		s.Scope = s.Spec.scope()
	}
}

func pendingAnswered(generation int64) func(*state) {
	return func(s *state) {
		s.Generation = generation
		s.Pending = sub(generation, s.Spec)
		s.Pending.AnsweredAt = planStart
		s.LostAt = planStart
	}
}

func both(changes ...func(*state)) func(*state) {
	return func(s *state) {
		for _, c := range changes {
			c(s)
		}
	}
}

func TestPlan(t *testing.T) {
	const silence = 21 * time.Minute
	cases := []planCase{
		{
			name:  "wanted for the first time: subscribe, and owe a gap",
			state: func(*state) {},
			want:  plan{Subscribe: true, Cause: CauseFirstStart, Gap: CauseFirstStart, Due: at(2 * time.Minute)},
			check: func(t *testing.T, s *state) { t.Helper(); require.Equal(t, planStart, s.LostAt) },
		},
		{
			name: "heard lately: nothing until silence",
			state: both(current(), func(s *state) {
				s.LostAt = planStart
			}),
			tail:  record{Heard: []heard{{Generation: 7, Watermark: "w", At: at(5 * time.Minute)}}},
			after: 6 * time.Minute,
			want:  plan{Due: at(5*time.Minute + silence)},
			check: func(t *testing.T, s *state) { t.Helper(); require.Zero(t, s.LostAt) },
		},
		{
			name:  "silent for long enough: resume from the watermark, no gap",
			state: current(),
			tail:  record{Heard: []heard{{Generation: 7, Watermark: "w", At: at(0)}}},
			after: silence,
			want:  plan{Subscribe: true, Watermark: "w", Cause: CauseSilence, Due: at(silence + 2*time.Minute)},
		},
		{
			name:  "silent, the watermark too old: begin anew, with a gap that says since when",
			state: current(),
			tail:  record{Heard: []heard{{Generation: 7, Watermark: "w", At: at(0)}}},
			after: 61 * time.Minute,
			want: plan{
				Subscribe: true, Cause: CauseSilence, Gap: CauseSilence, Due: at(63 * time.Minute),
				Detail: "the last notification is from 2026-11-02T08:00:00Z",
			},
		},
		{
			name:  "silent, and the server sends no watermarks",
			state: current(),
			tail:  record{Heard: []heard{{Generation: 7, At: at(0)}}},
			after: silence,
			want: plan{
				Subscribe: true, Cause: CauseSilence, Gap: CauseNoWatermark, Due: at(silence + 2*time.Minute),
				Detail: "the last notification carried no watermark",
			},
		},
		{
			name:  "waiting for the first notification",
			state: pendingAnswered(7),
			after: time.Minute,
			want:  plan{Cause: CauseFirstStart, Due: at(2 * time.Minute)},
		},
		{
			name:  "no first notification in time: unconfirmed, and the first poll",
			state: pendingAnswered(7),
			after: 2 * time.Minute,
			want:  plan{Cause: CauseFirstStart, Unconfirmed: true, Poll: true, Due: at(3 * time.Minute)},
		},
		{
			name: "still none: polled again, reported once",
			state: both(pendingAnswered(7), func(s *state) {
				s.Unconfirmed, s.PolledAt = true, at(2*time.Minute)
			}),
			after: 3 * time.Minute,
			want:  plan{Cause: CauseFirstStart, Poll: true, Due: at(4 * time.Minute)},
		},
		{
			name: "not polled more often than PollFallback",
			state: both(pendingAnswered(7), func(s *state) {
				s.Unconfirmed, s.PolledAt = true, at(2*time.Minute)
			}),
			after: 2*time.Minute + 30*time.Second,
			want:  plan{Cause: CauseFirstStart, Due: at(3 * time.Minute)},
		},
		{
			name:  "never confirmed, after silence: the next generation",
			state: both(pendingAnswered(7), func(s *state) { s.Unconfirmed, s.PolledAt = true, at(silence) }),
			after: silence,
			want: plan{
				Subscribe: true, Cause: CauseFirstStart, Gap: CauseFirstStart,
				Due: at(silence + time.Minute),
			},
		},
		{
			name:  "the pending one was heard, and nobody has noted it: it is the current one now",
			state: both(current(), pendingAnswered(8)),
			tail:  record{Heard: []heard{{Generation: 8, Watermark: "w", At: at(time.Minute)}}},
			after: 2 * time.Minute,
			want:  plan{Confirmed: true, Due: at(time.Minute + silence)},
			check: func(t *testing.T, s *state) {
				t.Helper()
				require.EqualValues(t, 8, s.Current.Generation)
				require.Nil(t, s.Pending)
			},
		},
		{
			name:  "the callback address has changed: replaced while it works, resumed, not polled",
			state: both(current(), func(s *state) { s.Current.Callback = "there" }),
			tail:  record{Heard: []heard{{Generation: 7, Watermark: "w", At: at(0)}}},
			after: time.Minute,
			want:  plan{Subscribe: true, Watermark: "w", Cause: CauseNoWatermark},
		},
		{
			name: "other folders are wanted: no resuming across that",
			state: both(current(), func(s *state) {
				s.Spec.AllFolders, s.Spec.FolderIDs = true, nil
			}),
			tail:  record{Heard: []heard{{Generation: 7, Watermark: "w", At: at(0)}}},
			after: time.Minute,
			want:  plan{Subscribe: true, Cause: CauseSpecChanged, Gap: CauseSpecChanged},
		},
		{
			name:  "another heartbeat is wanted: that does resume",
			state: both(current(), func(s *state) { s.Spec.StatusFrequency = 5 * time.Minute }),
			tail:  record{Heard: []heard{{Generation: 7, Watermark: "w", At: at(0)}}},
			after: time.Minute,
			want:  plan{Subscribe: true, Watermark: "w", Cause: CauseSpecChanged},
		},
		{
			name: "the watermark was refused: without it, and a gap says so",
			state: both(current(), func(s *state) {
				s.NoResume = CauseWatermarkRefused
			}),
			tail:  record{Heard: []heard{{Generation: 7, Watermark: "w", At: at(0)}}},
			after: silence,
			want: plan{
				Subscribe: true, Cause: CauseSilence, Gap: CauseWatermarkRefused, Due: at(silence + 2*time.Minute),
			},
		},
		{
			name: "the last attempt failed: wait, and poll meanwhile",
			state: func(s *state) {
				s.Failure, s.NotBefore, s.LostAt = &failure{Message: "no"}, at(time.Hour), planStart
			},
			after: 10 * time.Minute,
			want:  plan{Cause: CauseFirstStart, Poll: true, Due: at(11 * time.Minute)},
		},
		{
			name: "a permanent failure: poll only",
			state: func(s *state) {
				s.Failure, s.LostAt = &failure{Message: "no", Permanent: true}, planStart
			},
			after: time.Minute,
			want:  plan{Cause: CauseFirstStart, Due: at(2 * time.Minute)},
		},
		{
			name: "an attempt without an answer: wait its time, then the next generation",
			state: func(s *state) {
				s.Generation, s.Pending = 7, sub(7, s.Spec)
				s.NotBefore, s.LostAt = at(90*time.Second), planStart
			},
			after: time.Minute,
			want:  plan{Cause: CauseFirstStart, Due: at(90 * time.Second)},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := &state{Spec: planSpec()}
			c.state(s)
			got := s.plan(look{now: at(c.after), tail: &c.tail, policy: planPolicy()})
			require.Equal(t, c.want, got)
			if c.check != nil {
				c.check(t, s)
			}
		})
	}
}

func TestGenerationsRiseAcrossLostMemory(t *testing.T) {
	before := &state{Spec: planSpec()}
	old := before.begin(plan{}, planStart, "here").Generation
	next := before.begin(plan{}, planStart, "here").Generation
	require.Greater(t, next, old, "within one millisecond")

	after := &state{Spec: planSpec()} // the process has lost its store
	require.Greater(t, after.begin(plan{}, at(time.Second), "here").Generation, next)
}

func TestBackoffDoublesWithinItsLimit(t *testing.T) {
	b := backoff{first: time.Second, limit: 10 * time.Second}
	for attempts, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 4: 8 * time.Second, 5: 10 * time.Second, 500: 10 * time.Second,
	} {
		for range 100 {
			got := b.after(attempts)
			require.InDelta(t, want, got, float64(want/5+1), "after %d attempts", attempts)
		}
	}
}
