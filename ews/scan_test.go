package ews

import (
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestIsPlain(t *testing.T) {
	plain := func(s string, except byte) bool {
		for i := range len(s) {
			if s[i] < '+' || s[i] > 0x7F || s[i] == except {
				return false
			}
		}
		return true
	}
	// Every byte at every place of a text of every length up to three words,
	// beside bytes that are next to the borders.
	for _, except := range []byte{'<', ']'} {
		for _, fill := range []byte{'+', 'A', 0x7F, except + 1, except - 1} {
			for n := range 25 {
				s := []byte(strings.Repeat(string(rune(fill)), n))
				require.Equal(t, plain(string(s), except), isPlain(string(s), except))
				for at := range s {
					for c := range 256 {
						s[at] = byte(c)
						if plain(string(s), except) != isPlain(string(s), except) {
							t.Fatalf("isPlain(%q, %q)", s, except)
						}
					}
					s[at] = fill
				}
			}
		}
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 100_000 {
		s := make([]byte, random.IntN(40))
		for i := range s {
			s[i] = byte(random.IntN(256))
			if random.IntN(50) > 0 {
				s[i] = '+' + s[i]%(0x80-'+')
			}
		}
		if plain(string(s), '<') != isPlain(string(s), '<') {
			t.Fatalf("isPlain(%q)", s)
		}
	}
}

// The productions of names, character by character, against those of the
// reference.
func TestNames(t *testing.T) {
	start, char := regexp.MustCompile(`^[`+nameStart+`]$`), regexp.MustCompile(`^`+ncName+`$`)
	for c := rune(0); c <= utf8.MaxRune; c++ {
		switch c {
		case 0xD800:
			c = 0xE000 // surrogates are no characters
		case 0x10100:
			c = 0xEFF00 // nothing changes in between
		}
		if s := string(c); start.MatchString(s) != isNameStart(c) || start.MatchString(s) != isNCName(s) {
			t.Fatalf("%U at the beginning of a name", c)
		}
		if s := "a" + string(c); char.MatchString(s) != isNCName(s) {
			t.Fatalf("%U in a name", c)
		}
	}
	for name, want := range map[string]bool{
		"a": true, "a:b": true, "_-.9": true, "ä:ö": true,
		"": false, ":": false, ":a": false, "a:": false, "a:b:c": false, "a:9": false, "-": false, "a\xff": false, "a b": false,
	} {
		require.Equal(t, want, isQName(name), name)
		r := &xmlReader{doc: name + ">"}
		got, end, err := r.scanName(0)
		if end == len(name) {
			require.Equal(t, want, err == nil, name)
		}
		if want {
			prefix, local, found := strings.Cut(name, ":")
			if !found {
				prefix, local = "", name
			}
			require.Equal(t, []string{prefix, local}, []string{got.prefix(), got.local()})
		}
	}
}

func TestParseUTC(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	found := 0
	for range 50_000 {
		at := time.Unix(random.Int64N(253402300800), 0).UTC()
		s := []byte(at.Format(time.RFC3339))
		for range random.IntN(3) {
			s[random.IntN(len(s))] = "0123456789-:TZ z"[random.IntN(16)]
		}
		want, ok := parseDateTime(string(s))
		got, usual := parseUTC(string(s))
		if !usual {
			continue // parseDateTime decides
		}
		found++
		require.True(t, ok, "%s", s)
		require.Equal(t, want, got, "%s", s)
	}
	require.Greater(t, found, 10_000)
	for _, s := range []string{"2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T23:60:00Z", "2026-01-01T23:59:60Z", "2026-00-01T23:59:00Z", "2026-01-00T23:59:00Z"} {
		_, ok := parseUTC(s)
		require.False(t, ok, s)
	}
}

func TestStack(t *testing.T) {
	var s stack[int]
	for round := range 3 {
		for i := range 100 {
			s.push(i + round)
		}
		for i := range 100 {
			require.Equal(t, i+round, *s.at(i))
		}
		s.cut(inPlace - 1 + round)
		s.push(-1)
		require.Equal(t, -1, *s.at(s.n - 1))
		s.cut(0)
	}
}

// Exchange keeps control characters in subjects and writes them as references.
// In its answers they are replaced; a notification has no business with them.
func TestForbiddenReferences(t *testing.T) {
	answer := func(text string) []byte {
		return []byte(envelope(`<m:SubscribeResponse><m:ResponseMessages><m:SubscribeResponseMessage ResponseClass="Error">` +
			`<m:MessageText>` + text + `</m:MessageText></m:SubscribeResponseMessage></m:ResponseMessages></m:SubscribeResponse>`))
	}
	for text, want := range map[string]string{
		"a&#x1F;b&#0;c":                             "a\uFFFDb\uFFFDc",
		"&#xD83D;&#xDE00;&#9;":                      "\uFFFD\uFFFD\t",
		"&#xFFFE;&#x110000;&#99999999999999999999;": "\uFFFD\uFFFD\uFFFD",
	} {
		var response subscribeResponse
		fault, err := decodeResponse(answer(text), &Reply{}, &response)
		require.NoError(t, err)
		require.Nil(t, fault)
		require.Equal(t, want, response.Messages[0].MessageText)
	}
	for _, text := range []string{"a\x1fb", "&#x;", "&#12", "&#1f;", "&#xg;", "&x;", "\uFFFE"} {
		_, err := decodeResponse(answer(text), &Reply{}, &subscribeResponse{})
		require.ErrorIs(t, err, ErrSyntax, "%q", text)
	}
	_, err := ParseSendNotification([]byte(withEvents("<t:StatusEvent><t:Watermark>&#x1F;</t:Watermark></t:StatusEvent>")), nil)
	require.ErrorIs(t, err, ErrSyntax)
	require.ErrorContains(t, err, "reference &#x1F; to a character that is not allowed")
}
