package subscribe

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/ews"
)

// anyStates are states of every shape: each field is set in about half of them,
// by reflection, so that no later field is left out.
func anyStates(seed uint64) []*state {
	random := rand.New(rand.NewPCG(seed, 0))
	texts := []string{"room-1", "AQAANo4+/=", "a@example.com", `quote"`, `back\slash`, "<&>", "ü", "\u2028", "not \xff UTF-8"}
	var set func(v reflect.Value)
	set = func(v reflect.Value) {
		if _, ok := reflect.TypeAssert[time.Time](v); ok {
			zone := []*time.Location{time.UTC, time.FixedZone("", 5400)}[random.IntN(2)]
			v.Set(reflect.ValueOf(time.Unix(random.Int64N(4e9), random.Int64N(1e9)).In(zone)))
			return
		}
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				if f := v.Field(i); random.IntN(2) == 0 && v.Type().Field(i).Name != "Failure" || random.IntN(20) == 0 {
					set(f)
				}
			}
		case reflect.Pointer:
			v.Set(reflect.New(v.Type().Elem()))
			set(v.Elem())
		case reflect.Slice:
			v.Set(reflect.MakeSlice(v.Type(), 1+random.IntN(3), 3))
			for i := range v.Len() {
				set(v.Index(i))
			}
		case reflect.String:
			n := 3
			if random.IntN(40) == 0 {
				n = len(texts)
			}
			v.SetString(texts[random.IntN(n)])
		case reflect.Bool:
			v.SetBool(true)
		case reflect.Int, reflect.Int64:
			v.SetInt([]int64{1, 15, 1_790_000_000, random.Int64(), -1}[random.IntN(20)/4])
		default:
			panic(v.Kind().String())
		}
	}
	var states []*state
	for range 4000 {
		s := &state{}
		set(reflect.ValueOf(s).Elem())
		for i := range s.Spec.FolderIDs { // as in a Spec that is valid, mostly
			if f := &s.Spec.FolderIDs[i]; random.IntN(20) > 0 {
				*f = []ews.FolderID{{ID: "AAMk/+=", ChangeKey: f.ChangeKey}, {DistinguishedID: "calendar", Mailbox: f.Mailbox}}[random.IntN(2)]
			}
		}
		states = append(states, s)
	}
	return states
}

func TestStateIsWhatJSONMakesOfIt(t *testing.T) {
	const seed = 3
	t.Log("seed", seed)
	usual := 0
	for _, s := range anyStates(seed) {
		data := s.encode()
		reference := &state{}
		require.NoError(t, json.Unmarshal(data, reference))
		read, err := parseState(data)
		require.NoError(t, err)
		require.Equal(t, reference, read, "%s", data)
		if in := (lineReader{data, true}); in.usualState(&state{}) {
			usual++
		}
	}
	require.Greater(t, usual, 1000, "many of them need no encoding/json")
}

// What a subscription looks like that runs as it should needs no encoding/json,
// nor does one that is being made.
func TestAStateThatRunsIsUsual(t *testing.T) {
	now := time.Date(2026, 11, 22, 1, 2, 3, 4000, time.FixedZone("CET", 3600))
	s := &state{Spec: Spec{Key: "room-1", Mailbox: "room1@example.com"}.withDefaults()}
	usual := func() {
		t.Helper()
		data := s.encode()
		in := lineReader{data, true}
		require.True(t, in.usualState(&state{}), "%s", data)
	}
	usual()
	s.plan(look{now: now, tail: &record{}, policy: policy{silence: Config{}.silence, compareEvery: time.Hour}})
	s.begin(plan{Gap: CauseFirstStart}, now, "https-hash")
	usual()
	s.Pending.AnsweredAt, s.Pending.SubscriptionID, s.Pending.Watermark = now, "FgBleDE2", "AQAAAA=="
	s.Pending.ServerVersion = "15.2.1544.4 (Exchange2016)"
	s.Server = ews.ServerVersionInfo{MajorVersion: 15, MinorVersion: 2, MajorBuildNumber: 1544, MinorBuildNumber: 4, Version: "V2017_07_11"}
	usual()
	s.heard(s.Generation, now)
	usual()
	s.begin(plan{Watermark: "AQAAAA=="}, now, "https-hash")
	usual()
}

func FuzzParseState(f *testing.F) {
	for _, s := range anyStates(1)[:60] {
		f.Add(s.encode())
	}
	for _, data := range []string{
		``, `{}`, `{"spec":{"key":"a"}}`, `{"spec":{"key":"a"}} `, `{"spec":{"key":"a"},"failure":null}`, `{"spec":{"key":"a"},"current":null}`,
		`{"spec":{"key":"a"},"generation":1,"Generation":2}`, `{"spec":{"key":"a","folderIds":[]}}`, `{"spec":{"key":"a","eventTypes":["x",]}}`,
		`{"spec":{"key":"a"},"attempts":4294967296}`, `{"spec":{"key":"a"},"lostAt":"2026-11-22T24:00:00Z"}`, `{"spec":{"key":"a"},"rediscover":truefalse}`,
		`{"spec":{"key":"a"},"server":{"Version":"x"}}`, `{"spec":{"key":"a"},"server":{"MajorVersion":1,"MinorVersion":2}}`,
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want := &state{}
		wantErr := json.Unmarshal(data, want)
		got, err := parseState(data)
		require.Equal(t, wantErr == nil, err == nil, "%v, %v", wantErr, err)
		if err == nil {
			require.Equal(t, want, got)
		}
	})
}

func BenchmarkDecodeState(b *testing.B) {
	now := time.Date(2026, 11, 22, 1, 2, 3, 4000, time.UTC)
	s := &state{Spec: Spec{Key: "room-1", Mailbox: "room1@example.com"}.withDefaults()}
	s.begin(plan{}, now, "d0a2dc68f2c0ab19")
	s.Pending.AnsweredAt, s.Pending.SubscriptionID, s.Pending.Watermark = now, "FgBleDE2", "AQAAAA=="
	s.heard(s.Generation, now)
	row := Row{Data: s.encode()}
	b.Run("ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := decodeState(row); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := json.Unmarshal(row.Data, &state{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
