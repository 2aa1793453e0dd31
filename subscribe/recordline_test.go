package subscribe

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// lineRecords are records of every shape, most of them usual.
func lineRecords(seed uint64) []*record {
	random := rand.New(rand.NewPCG(seed, 0))
	texts := []string{"", "AQAAANo4+/=", "a", `quote"`, `back\slash`, "<&>", "tab\t", "ü", "\u2028", "\x7f", "not \xff UTF-8"}
	zones := []*time.Location{time.UTC, time.FixedZone("", 5400), time.FixedZone("", -3600)}
	number := func() int64 {
		return []int64{0, 1, 7, 1_790_000_000_000, random.Int64()}[random.IntN(5)]
	}
	text := func() string {
		if i := random.IntN(4 * len(texts)); i < len(texts) {
			return texts[i]
		}
		return texts[1]
	}
	var records []*record
	for range 2000 {
		r := &record{Generation: number(), LastGap: number(), Events: number(), Total: number()}
		for range random.IntN(3) {
			at := time.Unix(random.Int64N(4e9), random.Int64N(1e9)).In(zones[random.IntN(3)])
			r.Heard = append(r.Heard, heard{Generation: number(), Previous: text(), Watermark: text(), At: at})
		}
		switch random.IntN(8) {
		case 0:
			r.Gap, r.Detail = CauseSilence, text()
		case 1:
			r.Undecodable = true
		case 2:
			r.Replay = &replay{Seq: number(), Index: 1}
		case 3:
			r.Generation = -number()
		}
		records = append(records, r)
	}
	return records
}

func TestLineIsWhatJSONMakesOfIt(t *testing.T) {
	const seed = 7
	t.Log("seed", seed)
	usual := 0
	for _, r := range lineRecords(seed) {
		want, err := json.Marshal(r)
		require.NoError(t, err)
		got := r.appendLine([]byte("before"))
		require.Equal(t, "before"+string(want), string(got))

		read, err := parseLine(want)
		require.NoError(t, err)
		reference := &record{}
		require.NoError(t, json.Unmarshal(want, reference))
		require.Equal(t, reference, read)
		if in := (lineReader{want, true}); in.usual(&record{}) {
			usual++
		}
	}
	require.Greater(t, usual, 500, "most of them need no encoding/json")
}

// Lines that other versions wrote, or people: all of JSON is read.
func TestOtherLinesAreRead(t *testing.T) {
	at := time.Date(2026, 11, 22, 1, 2, 3, 4000, time.UTC)
	want := &record{Generation: 7, Heard: []heard{{Generation: 7, Previous: "a", Watermark: "b", At: at}}, Total: 3}
	for _, line := range []string{
		`{"generation":7,"heard":[{"g":7,"p":"a","w":"b","t":"2026-11-22T01:02:03.000004Z"}],"total":3}`,
		`{ "generation": 7, "heard": [{"g":7,"p":"a","w":"b","t":"2026-11-22T01:02:03.000004Z"}], "total": 3 }`,
		`{"total":3,"generation":7,"heard":[{"t":"2026-11-22T01:02:03.000004Z","w":"b","p":"a","g":7}]}`,
		`{"generation":7,"heard":[{"g":7,"p":"\u0061","w":"b","t":"2026-11-22T01:02:03.000004Z"}],"total":3,"later":{"x":[1]}}`,
		`{"generation":7,"lastGap":0,"heard":[{"g":7,"p":"a","w":"b","t":"2026-11-22T01:02:03.000004Z"}],"total":3}`,
	} {
		got, err := decodeRecord([]byte(line + "\n<body/>"))
		require.NoError(t, err, line)
		require.Equal(t, "<body/>", string(got.body))
		got.body = nil
		require.Equal(t, want, got, line)
	}
}

func FuzzParseLine(f *testing.F) {
	for _, r := range lineRecords(1)[:40] {
		f.Add(r.appendLine(nil))
	}
	for _, line := range []string{
		`{}`, `{"generation":07}`, `{"generation":7,}`, `{"heard":[]}`, `{"heard":[{"g":1,"t":"2026-11-22T24:00:00Z"}]}`, `{"total":9223372036854775808}`,
		`{"generation":}`, `{"heard":[{"g":1,"t":"2026-11-22T01:00:00Z"},]}`, `{"events":1}x`, `{"total":1,"generation":2}`, `{"generation":`,
	} {
		f.Add([]byte(line))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		want := &record{}
		wantErr := json.Unmarshal(line, want)
		got, err := parseLine(line)
		require.Equal(t, wantErr == nil, err == nil, "%v, %v", wantErr, err)
		if err == nil {
			require.Equal(t, want, got)
		}
	})
}

func TestDisownKeepsNothingOfTheBody(t *testing.T) {
	for _, h := range []heard{{}, {Previous: "a"}, {Watermark: "b"}, {Previous: "a", Watermark: "b"}} {
		r := &record{body: []byte("x"), Heard: []heard{h}}
		r.disown()
		require.Nil(t, r.body)
		require.Equal(t, []heard{h}, r.Heard)
	}
}
