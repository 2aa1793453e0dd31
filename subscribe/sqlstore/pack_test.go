package sqlstore

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// packed holds a notification as the first version packed it: whatever becomes
// of the packing, this must be read.
const packedFile = "packed-1.bin"

func realNotification(tb testing.TB) []byte {
	tb.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "rooms-2020-body.xml"))
	require.NoError(tb, err)
	return data
}

func TestPack(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 5000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	body := realNotification(t)
	p := newPacker()
	for name, tc := range map[string]struct {
		data   []byte
		atMost int
	}{
		"nothing":                {nil, 0},
		"little":                 {[]byte("a gap"), 5},
		"a notification":         {body, len(body) * 2 / 5},
		"many notifications":     {bytes.Repeat(body, 300), len(body) * 5},
		"longer than is packed":  {bytes.Repeat([]byte("a"), maxPacked+1), maxPacked + 1},
		"as long as is packed":   {bytes.Repeat([]byte("a"), maxPacked), 100},
		"the dictionary":         {[]byte(dictionary), 100},
		"half of the dictionary": {[]byte(dictionary[:1000] + dictionary[:1000]), 100},
		"noise":                  {noise, len(noise)},
		"noise, and again":       {append(noise, noise...), len(noise) + 1000},
		"noise, and text":        {append(noise, body...), len(noise) + len(body)},
		"one byte":               {bytes.Repeat([]byte{0}, 1000), 50},
		"far apart":              {append(append(noise[:1000:1000], make([]byte, 70_000)...), noise[:1000]...), 3000},
	} {
		t.Run(name, func(t *testing.T) {
			before := bytes.Clone(tc.data)
			r := p.pack(tc.data)
			packed, size := r.data, r.size
			require.Equal(t, before, tc.data, "the data are the caller's")
			require.LessOrEqual(t, len(packed), tc.atMost)
			if len(tc.data) > 0 && size == 0 {
				require.NotSame(t, &tc.data[0], &packed[0], "it is a copy")
			}
			again, err := unpack(packed, size)
			require.NoError(t, err)
			require.True(t, bytes.Equal(tc.data, again))
			require.NotNil(t, packed, "it would be NULL")
			p.free(r)
		})
	}
}

// TestUnpackFormer: what was written once can be read.
func TestUnpackFormer(t *testing.T) {
	body := realNotification(t)
	file := filepath.Join("testdata", packedFile)
	packed, err := os.ReadFile(file)
	require.NoError(t, err)
	data, err := unpack(packed, len(body))
	require.NoError(t, err)
	require.Equal(t, string(body), string(data))
}

func TestUnpackDamaged(t *testing.T) {
	body := realNotification(t)
	r := newPacker().pack(body)
	packed, size := r.data, r.size
	require.Equal(t, len(body), size)
	for i := range packed {
		_, err := unpack(packed[:i], size)
		require.ErrorIs(t, err, errPacked, "cut after %d bytes", i)
	}
	for _, wrong := range []int{-1, 1, size - 1, size + 1, maxPacked + 1} {
		_, err := unpack(packed, wrong)
		require.ErrorIs(t, err, errPacked, "size %d", wrong)
	}
	for name, damaged := range map[string]string{
		"no distance":            "\x00\x00\x00\x00",
		"before the dictionary":  "\x00\xff\xff\x00",
		"a length without end":   "\xf0" + strings.Repeat("\xff", 20),
		"literals that are not":  "\xe0abc",
		"a match without length": "\x0f\x01\x00",
	} {
		_, err := unpack([]byte(damaged), 100)
		require.ErrorIs(t, err, errPacked, name)
	}
}

func FuzzPack(f *testing.F) {
	f.Add([]byte(nil))
	f.Add([]byte(dictionary))
	f.Add(realNotification(f))
	f.Add(bytes.Repeat([]byte("abcd"), 100))
	p := newPacker()
	f.Fuzz(func(t *testing.T, data []byte) {
		r := p.pack(data)
		packed, size := r.data, r.size
		again, err := unpack(packed, size)
		require.NoError(t, err)
		require.True(t, bytes.Equal(data, again))
		p.free(r)
	})
}

func FuzzUnpack(f *testing.F) {
	r := newPacker().pack(realNotification(f))
	packed, size := r.data, r.size
	f.Add(packed, size)
	f.Add([]byte{}, 1)
	f.Add([]byte{0xf0, 0xff, 0x01}, 500)
	f.Fuzz(func(t *testing.T, packed []byte, size int) {
		data, err := unpack(packed, size)
		if size == 0 {
			require.NoError(t, err)
			require.Equal(t, packed, data)
		} else if err == nil {
			require.Len(t, data, size)
		}
	})
}

func BenchmarkPack(b *testing.B) {
	body := realNotification(b)
	p := newPacker()
	r := p.pack(body)
	packed, size := r.data, r.size
	b.Run("pack", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			p.free(p.pack(body))
		}
		b.ReportMetric(float64(len(packed))/float64(size), "ratio")
	})
	b.Run("unpack", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := unpack(packed, size); err != nil {
				b.Fatal(err)
			}
		}
	})
}
