package subscribe_test

import (
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
	"github.com/ewspush/ewspush/subscribe"
	"github.com/ewspush/ewspush/subscribe/memstore"
)

// BenchmarkRecord records notifications for 64 keys, decoded already, in a
// store in memory, and compares that with the bare appending of their bodies
// and with their decoding: what the record adds on the way from a POST to its
// acknowledgement.
func BenchmarkRecord(b *testing.B) {
	body, err := os.ReadFile("../testdata/rooms-2020-body.xml")
	require.NoError(b, err)
	n, err := ews.ParseSendNotification(body, nil)
	require.NoError(b, err)
	const keys = 64

	perOp := make(map[string]float64)
	measure := func(name string, setup func(b *testing.B) func(key string, i int64) error) {
		b.Run(name, func(b *testing.B) {
			do := setup(b)
			names, counts := make([]string, keys), make([]atomic.Int64, keys)
			for i := range names {
				names[i] = fmt.Sprint("room-", i)
			}
			b.ReportAllocs()
			b.ResetTimer()
			var turn atomic.Int64
			b.RunParallel(func(pb *testing.PB) {
				k := turn.Add(1) % keys // a key at a time, as Exchange does
				for pb.Next() {
					if err := do(names[k], counts[k].Add(1)); err != nil {
						b.Error(err)
						return
					}
				}
			})
			perOp[name] = float64(b.Elapsed().Nanoseconds()) / float64(b.N)
			if floor := perOp["append"]; floor > 0 && name != "append" {
				b.ReportMetric(perOp[name]/floor, "x-append")
			}
			if decode := perOp["decode"]; decode > 0 && name == "record" {
				b.ReportMetric(perOp[name]/decode, "x-decode")
			}
		})
	}
	measure("append", func(b *testing.B) func(string, int64) error {
		store := memstore.New()
		return func(key string, i int64) error {
			return store.Append(b.Context(), subscribe.Entry{
				Key: key, Seq: i, Shard: subscribe.ShardOf(key), At: time.Now(), Data: body,
			})
		}
	})
	measure("decode", func(*testing.B) func(string, int64) error {
		return func(string, int64) error {
			_, err := ews.ParseSendNotification(body, nil)
			return err
		}
	})
	measure("record", func(b *testing.B) func(string, int64) error {
		store := memstore.New()
		manager, err := subscribe.New(subscribe.Config{
			Store: store, Subscriber: subscriberFunc(nil), Handler: &office{}, Logger: slog.New(slog.DiscardHandler),
			CallbackURL: func(string, int64) (string, error) { return "", nil },
		})
		require.NoError(b, err)
		for i := range keys {
			key := fmt.Sprint("room-", i)
			require.NoError(b, manager.Subscribe(b.Context(), subscribe.Spec{Key: key}))
			row, err := store.Get(b.Context(), key)
			require.NoError(b, err)
			row.Data = []byte(`{"spec":{"key":"` + key + `"},"generation":7,"current":{"generation":7}}`)
			_, err = store.Put(b.Context(), row)
			require.NoError(b, err)
		}
		recorder := subscribe.NewRecorder(store, &subscribe.RecorderOptions{Logger: slog.New(slog.DiscardHandler)})
		message := n.ResponseMessages[0]
		return func(key string, i int64) error {
			in, now := message, time.Now()
			note := *message.Notification
			note.PreviousWatermark = strconv.FormatInt(i, 10) // each one new
			in.Notification = &note
			return recorder.Record(b.Context(), &subscribe.Received{
				Key: key, Generation: 7, At: now, Body: body, Messages: []ews.SendNotificationResponseMessage{in},
			})
		}
	})
}
