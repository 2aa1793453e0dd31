package subscribe_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

func TestSubscribeConfirmDispatch(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		synctest.Wait()
		call := o.subscribed(1)[0]
		require.Equal(t, "room1@example.com", call.Mailbox)
		require.Equal(t, subscribe.DefaultStatusFrequency, call.Request.StatusFrequency)
		require.Equal(t, []ews.FolderID{{DistinguishedID: ews.CalendarFolder}}, call.Request.FolderIDs)
		require.Empty(t, call.Request.Watermark)
		require.Equal(t, subscribe.StateSubscribing, o.status().State)

		require.NoError(t, o.beat(call.Generation, "", "w0"))
		require.NoError(t, o.notify(call.Generation, "w0", "w1", "w2"))
		require.NoError(t, o.notify(call.Generation, "w2", "w3"))
		o.hears("gap firstStart", "w1", "w2", "w3")
		st := o.status()
		require.Equal(t, subscribe.StateActive, st.State)
		require.Equal(t, call.Generation, st.Generation)
		require.Equal(t, fmt.Sprint("id-", call.Generation), st.SubscriptionID)
		require.Zero(t, st.Backlog)
		require.WithinDuration(t, time.Now().Add(21*time.Minute), st.SilentAt, 0)

		require.NoError(t, o.manager.Subscribe(t.Context(), spec()), "the same again")
		synctest.Wait()
		o.subscribed(1)
	})
}

func TestHeartbeatsKeepASubscriptionAlive(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		for range 100 {
			time.Sleep(10 * time.Minute)
			require.NoError(t, o.beat(g, "w0", "w0"), "a server whose heartbeats stand still")
		}
		o.subscribed(1)
		o.hears()
	})
}

func TestSilenceResumesAndMakesBeforeItBreaks(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		old := o.confirmed()
		time.Sleep(21*time.Minute + time.Second)
		calls := o.subscribed(2)
		next := calls[1].Generation
		require.Greater(t, next, old)
		require.Equal(t, "w0", calls[1].Request.Watermark)

		require.NoError(t, o.notify(old, "w0", "w1"), "the old one is served until the new one is confirmed")
		require.NoError(t, o.notify(next, "w0", "w1"))
		require.ErrorIs(t, o.notify(old, "w1", "w2"), subscribe.ErrUnsubscribe)
		require.NoError(t, o.notify(next, "w1", "w2"))
		o.hears("w1", "w1", "w2")
		require.Equal(t, next, o.status().Generation)
	})
}

func TestTheSameEventHasTheSameID(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		var ids []string
		o.onEvent(func(_ context.Context, e subscribe.Event) error {
			ids = append(ids, e.ID)
			return nil
		})
		old := o.confirmed()
		require.NoError(t, o.notify(old, "w0", "w1", "w2"))
		time.Sleep(22 * time.Minute)
		next := o.subscribed(2)[1].Generation
		require.NoError(t, o.notify(next, "w0", "w1", "w2"))
		o.hears("w1", "w2", "w1", "w2")
		require.Equal(t, ids[:2], ids[2:])
		require.NotEqual(t, ids[0], ids[1])
	})
}

func TestOldWatermarkIsNotResumed(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.ResumeWithin = 10 * time.Minute }, func(t *testing.T, o *office) {
		o.confirmed()
		time.Sleep(22 * time.Minute)
		calls := o.subscribed(2)
		require.Empty(t, calls[1].Request.Watermark)
		require.NoError(t, o.beat(calls[1].Generation, "", "w9"))
		o.hears("gap silence")
	})
}

func TestRefusedWatermarkIsAnsweredAtOnce(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.confirmed()
		o.answers(func(c subscribeCall) (*ews.SubscribeResponse, error) {
			if c.Request.Watermark != "" {
				return nil, ews.ErrorInvalidWatermark
			}
			return &ews.SubscribeResponse{}, nil
		})
		time.Sleep(21*time.Minute + time.Second)
		calls := o.subscribed(3)
		require.Empty(t, calls[2].Request.Watermark)
		require.NoError(t, o.beat(calls[2].Generation, "", "w9"))
		o.hears("gap watermarkRefused")
	})
}

func TestBrokenChainIsAGapAndNoNewSubscription(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		require.NoError(t, o.notify(g, "w5", "w6"))
		o.hears("gap brokenChain", "w6")
		require.NoError(t, o.notify(g, "w6", "w7"))
		o.hears("w7")
		o.subscribed(1)
	})
}

func TestRepetitionIsAcknowledgedAndNotRecorded(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		require.NoError(t, o.notify(g, "w0", "w1"))
		require.NoError(t, o.notify(g, "w0", "w1"))
		o.hears("w1")
	})
}

func TestServerErrorEndsTheSubscriptionAndMakesANewOne(t *testing.T) {
	for code, resumes := range map[ews.ResponseCode]bool{
		ews.ErrorReadEventsFailed:         true,
		ews.ErrorMissedNotificationEvents: false,
		ews.ErrorEventNotFound:            false,
		"ErrorNobodyKnows":                true,
	} {
		t.Run(string(code), func(t *testing.T) {
			inOffice(t, nil, func(t *testing.T, o *office) {
				g := o.confirmed()
				err := o.serverError(g, code)
				require.ErrorIs(t, err, subscribe.ErrUnsubscribe)
				require.ErrorIs(t, err, code)
				o.hears("gap serverError")
				calls := o.subscribed(2)
				require.Equal(t, resumes, calls[1].Request.Watermark == "w0")
				require.NoError(t, o.beat(calls[1].Generation, "", "w9"))
				if resumes {
					o.hears()
				} else {
					o.hears("gap serverError")
				}
				require.ErrorIs(t, o.notify(g, "w0", "w1"), subscribe.ErrUnsubscribe)
			})
		})
	}
}

func TestUnconfirmedIsReportedOnceAndPolled(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(119 * time.Second)
		o.hears()
		time.Sleep(2 * time.Second)
		o.hears("gap unreachable")
		require.Equal(t, subscribe.StateUnconfirmed, o.status().State)
		time.Sleep(5 * time.Minute)
		o.hears("gap unreachable", "gap unreachable", "gap unreachable", "gap unreachable", "gap unreachable")
		require.Equal(t, 1, o.log.count("no first notification has come"))

		// It can be reached at last.
		require.NoError(t, o.beat(o.subscribed(1)[0].Generation, "", "w0"))
		o.hears("gap firstStart")
		time.Sleep(5 * time.Minute)
		o.hears()
		require.Equal(t, subscribe.StateActive, o.status().State)
	})
}

func TestRoutineComparison(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.CompareEvery = time.Hour }, func(t *testing.T, o *office) {
		g := o.confirmed()
		for range 24 * 12 {
			time.Sleep(5 * time.Minute)
			require.NoError(t, o.beat(g, "w0", "w0"))
		}
		gaps := make([]string, 24)
		for i := range gaps {
			gaps[i] = "gap routine"
		}
		o.hears(gaps...)
		require.Equal(t, subscribe.StateActive, o.status().State)

		// While push does not work, its own comparisons are enough.
		time.Sleep(21 * time.Minute)
		synctest.Wait()
		o.mu.Lock()
		o.heard = nil
		o.mu.Unlock()
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		o.mu.Lock()
		defer o.mu.Unlock()
		require.NotContains(t, o.heard, "gap routine")
		require.Contains(t, o.heard, "gap unreachable")
	})
}

func TestUnconfirmedIsTriedAgainOnlyAfterSilence(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.PollFallback, c.SweepInterval = time.Hour, time.Minute }, func(t *testing.T, o *office) {
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		n := len(o.calls)
		require.LessOrEqual(t, n, 24*60/21+1, "one orphan at a time at the most")
		require.Greater(t, n, 24*60/21-3)
	})
}

func TestFirstNotificationBeforeTheAnswer(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.answers(func(c subscribeCall) (*ews.SubscribeResponse, error) {
			if err := o.beat(c.Generation, "", "w0"); err != nil {
				return nil, err
			}
			return &ews.SubscribeResponse{SubscriptionID: "late", Watermark: "s"}, nil
		})
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		o.hears("gap firstStart")
		st := o.status()
		require.Equal(t, subscribe.StateActive, st.State)
		require.Equal(t, "late", st.SubscriptionID)
	})
}

func TestLostAnswerIsAdoptedByTheFirstNotification(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.answers(refuse(errors.New("connection reset")))
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		synctest.Wait()
		require.Equal(t, subscribe.StateRetrying, o.status().State)
		require.NoError(t, o.beat(o.subscribed(1)[0].Generation, "", "w0"))
		o.hears("gap firstStart")
		require.Equal(t, subscribe.StateActive, o.status().State)
		time.Sleep(20 * time.Minute)
		o.subscribed(1)
	})
}

func TestOrphanOfAReplacedAttemptIsRefused(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.answers(refuse(errors.New("connection reset")))
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(8 * time.Second)
		orphan := o.subscribed(2)[0].Generation
		require.ErrorIs(t, o.beat(orphan, "", "w0"), subscribe.ErrUnsubscribe)
	})
}

func TestFailedSubscribesBackOff(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.PollFallback, c.SweepInterval = 24*time.Hour, time.Minute }, func(t *testing.T, o *office) {
		o.answers(refuse(ews.ErrorInternalServerError))
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		require.Less(t, len(o.calls), 150, "at most one in about 12 minutes at the end")
		require.Greater(t, len(o.calls), 80)
		st := o.status()
		require.Equal(t, subscribe.StateRetrying, st.State)
		require.Equal(t, "ErrorInternalServerError", st.ErrorCode)
		require.Equal(t, len(o.calls), st.Attempts)
		require.True(t, st.NextAttempt.After(time.Now()))
	})
}

func TestACrashLoopMakesNoStorm(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.answers(refuse(errors.New("connection reset")))
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		for range 600 { // a crash every six seconds for an hour
			time.Sleep(6 * time.Second)
			require.NoError(t, o.stop())
			o.open(nil)
		}
		require.Less(t, len(o.calls), 20)
	})
}

func TestExchangeDecidesTheBackOff(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.answer = refuse(&ews.Fault{
			ResponseCode: ews.ErrorServerBusy,
			MessageXML:   ews.MessageXML{{Name: "BackOffMilliseconds", Value: "297749"}},
		})
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(297*time.Second + 700*time.Millisecond)
		o.subscribed(1)
		time.Sleep(2 * time.Second)
		o.subscribed(2)
	})
}

func TestPermanentFailureWaitsForSomebody(t *testing.T) {
	inOffice(t, func(c *subscribe.Config) { c.SweepInterval, c.PollFallback = time.Hour, 24*time.Hour }, func(t *testing.T, o *office) {
		o.answers(refuse(ews.ErrorImpersonationFailed))
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		time.Sleep(30 * 24 * time.Hour)
		o.subscribed(1)
		require.Zero(t, o.status().NextAttempt)
		require.Equal(t, subscribe.StateFailed, o.status().State)
		require.NoError(t, o.manager.Retry(t.Context(), room))
		synctest.Wait()
		o.subscribed(2)
		o.answers(nil)
		other := spec()
		other.StatusFrequency = 5 * time.Minute
		require.NoError(t, o.manager.Subscribe(t.Context(), other))
		synctest.Wait()
		o.subscribed(3)
		require.Equal(t, subscribe.StateSubscribing, o.status().State)
	})
}

// A process that is started again has a login of its own: what the one before
// has stopped is tried, unless it was just now.
func TestRestartTriesTheLoginAgain(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.answers(refuse(&ews.BackOffError{
			Operation: "Subscribe", Until: time.Now().Add(2 * time.Hour), Scope: ews.ScopeClient,
			Cause: &ews.HTTPError{StatusCode: http.StatusUnauthorized},
		}))
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		synctest.Wait()
		st := o.status()
		require.Equal(t, subscribe.StateFailed, st.State)
		require.WithinDuration(t, time.Now().Add(2*time.Hour), st.NextAttempt, 0)
		for range 10 { // a crash loop
			time.Sleep(29 * time.Second)
			require.NoError(t, o.stop())
			o.open(nil)
			synctest.Wait()
			o.subscribed(1)
		}
		time.Sleep(10 * time.Second)
		o.answers(nil)
		require.NoError(t, o.stop())
		o.open(nil)
		synctest.Wait()
		require.NoError(t, o.beat(o.subscribed(2)[1].Generation, "", "w0"))
		require.Equal(t, subscribe.StateActive, o.status().State)
	})
}

func TestAnotherMailboxSilencesTheOldOneAtOnce(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		other := spec()
		other.Mailbox = "room2@example.com"
		require.NoError(t, o.manager.Subscribe(t.Context(), other))
		require.ErrorIs(t, o.notify(g, "w0", "w1"), subscribe.ErrUnsubscribe)
		synctest.Wait()
		calls := o.subscribed(2)
		require.Equal(t, "room2@example.com", calls[1].Mailbox)
		require.Empty(t, calls[1].Request.Watermark)
		require.NoError(t, o.beat(calls[1].Generation, "", "w9"))
		o.hears("gap specChanged")
	})
}

func TestChangedCallbackAddressReplacesEverySubscription(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		old := o.confirmed()
		require.NoError(t, o.stop())
		o.open(func(c *subscribe.Config) { c.CallbackFingerprint = "there" })
		synctest.Wait()
		calls := o.subscribed(2)
		require.Equal(t, "w0", calls[1].Request.Watermark)
		require.NoError(t, o.notify(old, "w0", "w1"), "both are served meanwhile")
		require.NoError(t, o.beat(calls[1].Generation, "w0", "w0"))
		require.ErrorIs(t, o.notify(old, "w1", "w2"), subscribe.ErrUnsubscribe)
		o.hears("w1")
	})
}

func TestUnsubscribeEndsWithTheNextNotification(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		require.NoError(t, o.manager.Unsubscribe(t.Context(), room))
		require.ErrorIs(t, o.notify(g, "w0", "w1"), subscribe.ErrUnsubscribe)
		o.hears()
		_, err := o.manager.Status(t.Context(), room)
		require.ErrorIs(t, err, subscribe.ErrNotFound)
		require.ErrorIs(t, o.manager.Unsubscribe(t.Context(), room), subscribe.ErrNotFound)

		time.Sleep(time.Millisecond)
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		synctest.Wait()
		next := o.subscribed(2)[1].Generation
		require.ErrorIs(t, o.notify(g, "w0", "w1"), subscribe.ErrUnsubscribe, "an orphan of the life before")
		require.NoError(t, o.beat(next, "", "w0"))
		o.hears("gap firstStart")
	})
}

func TestLostMemoryEndsOldSubscriptions(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		old := o.confirmed()
		require.NoError(t, o.stop())
		o.store = memstore.New()
		o.open(nil)
		require.ErrorIs(t, o.notify(old, "w0", "w1"), subscribe.ErrUnsubscribe)
		time.Sleep(time.Second)
		require.NoError(t, o.manager.Subscribe(t.Context(), spec()))
		synctest.Wait()
		require.ErrorIs(t, o.notify(old, "w0", "w1"), subscribe.ErrUnsubscribe)
		require.NoError(t, o.beat(o.subscribed(2)[1].Generation, "", "w5"))
		o.hears("gap firstStart")
	})
}

func TestRestoredStoreDoesNotEndWhatItDoesNotKnow(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		require.ErrorIs(t, o.notify(g+1, "w0", "w1"), subscribe.ErrUnknownGeneration)
	})
}

func TestUndecodableBodyIsKeptAndBecomesAGap(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		g := o.confirmed()
		require.NoError(t, o.recorder.Record(t.Context(), &subscribe.Received{
			Key: room, Generation: g, At: time.Now(), Body: []byte("<damaged"), Err: errors.New("line 1: damaged"),
		}))
		o.hears("gap undecodable")
		require.Equal(t, 1, o.status().Parked)
		var parked []subscribe.ParkedEvent
		for p, err := range o.manager.Parked(t.Context()) {
			require.NoError(t, err)
			parked = append(parked, p)
		}
		require.Len(t, parked, 1)
		require.Equal(t, "<damaged", string(parked[0].Body))
		require.Equal(t, "line 1: damaged", parked[0].Reason)
		require.Equal(t, -1, parked[0].Index)
		require.Nil(t, parked[0].Event)

		require.NoError(t, o.notify(g, "w7", "w8"), "what came before is covered by the gap")
		o.hears("w8")
		require.NoError(t, o.manager.Discard(t.Context(), parked[0].ParkedID))
		require.Zero(t, o.status().Parked)
		require.ErrorIs(t, o.manager.Discard(t.Context(), parked[0].ParkedID), subscribe.ErrNotFound)
	})
}

func TestConfigIsChecked(t *testing.T) {
	_, err := subscribe.New(subscribe.Config{})
	require.EqualError(t, err, "subscribe: Config.Store is required")
	_, err = subscribe.New(subscribe.Config{
		Store: memstore.New(), Subscriber: subscriberFunc(nil), Handler: &office{},
		CallbackURL: func(string, int64) (string, error) { return "", nil }, Grace: -1,
	})
	require.EqualError(t, err, "subscribe: Config.Grace: must not be negative")
}

func TestSpecIsChecked(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		for want, change := range map[string]func(*subscribe.Spec){
			"Spec.Key: is empty":                                func(s *subscribe.Spec) { s.Key = "" },
			"Spec.Key: is 256 bytes long":                       func(s *subscribe.Spec) { s.Key = string(make([]byte, 256)) },
			`Spec.Key: "a\x00" is not UTF-8 without NUL`:        func(s *subscribe.Spec) { s.Key = "a\x00" },
			`Spec.Mailbox: "Room 1" is not an SMTP address`:     func(s *subscribe.Spec) { s.Mailbox = "Room 1" },
			"Spec.StatusFrequency: 1m30s is not a whole number": func(s *subscribe.Spec) { s.StatusFrequency = 90 * time.Second },
			"Spec.StatusFrequency: 24h1m0s":                     func(s *subscribe.Spec) { s.StatusFrequency = 24*time.Hour + time.Minute },
			`Spec.EventTypes[0]: "StatusEvent" cannot`:          func(s *subscribe.Spec) { s.EventTypes = []ews.EventType{ews.StatusEvent} },
			"Spec.FolderIDs[0]: exactly one of":                 func(s *subscribe.Spec) { s.FolderIDs = []ews.FolderID{{}} },
			"Spec.FolderIDs: must be empty when AllFolders":     func(s *subscribe.Spec) { s.AllFolders, s.FolderIDs = true, []ews.FolderID{{ID: "x"}} },
		} {
			bad := spec()
			change(&bad)
			require.ErrorContains(t, o.manager.Subscribe(t.Context(), bad), want)
		}
	})
}

func TestAllListsEverySubscription(t *testing.T) {
	inOffice(t, nil, func(t *testing.T, o *office) {
		o.answers(refuse(ews.ErrorAccessDenied))
		for i := range 600 {
			require.NoError(t, o.manager.Subscribe(t.Context(), subscribe.Spec{Key: fmt.Sprintf("%03d", i)}))
		}
		i := 0
		for st, err := range o.manager.All(t.Context()) {
			require.NoError(t, err)
			require.Equal(t, fmt.Sprintf("%03d", i), st.Spec.Key)
			i++
		}
		require.Equal(t, 600, i)
	})
}
