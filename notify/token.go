package notify

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// queryParam is the parameter that carries an address in the query. It is not a
// likely name for anything else.
const queryParam = "ewspush"

// generationBase is the base of generations in URLs.
const generationBase = 36

// token is a signed address in the spelling of URLs, each part as it stands
// there.
type token struct{ key, generation, mac string }

func newToken(a Address, mac string) token {
	return token{
		key:        base64.RawURLEncoding.EncodeToString([]byte(a.Key)),
		generation: strconv.FormatInt(a.Generation, generationBase),
		mac:        mac,
	}
}

// address reads what the token claims. There is one spelling of every address,
// and any other is refused: two URLs never mean the same. The comparison with
// that spelling also finds the bits and line breaks that base64 overlooks.
func (t token) address() (Address, error) {
	var space [64]byte // enough for most keys
	key, err := base64.RawURLEncoding.AppendDecode(space[:0], []byte(t.key))
	if err != nil || len(key) == 0 {
		return Address{}, fmt.Errorf("%w: no key where it should be", ErrUnauthenticated)
	}
	generation, err := strconv.ParseInt(t.generation, generationBase, 64)
	if err != nil || generation <= 0 {
		return Address{}, fmt.Errorf("%w: no generation where it should be", ErrUnauthenticated)
	}
	var spelling [128]byte
	spelt := base64.RawURLEncoding.AppendEncode(spelling[:0], key)
	if string(spelt) != t.key || string(strconv.AppendInt(spelt[:0], generation, generationBase)) != t.generation {
		return Address{}, fmt.Errorf("%w: the address is not spelt as it would be signed", ErrUnauthenticated)
	}
	return Address{Key: string(key), Generation: generation}, nil
}

// findToken takes the token from the query if there is one, else from the last
// three segments of the path.
func findToken(path, rawQuery string) (token, error) {
	var values []string
	if rawQuery != "" { // seldom
		values, _ = splitQuery(rawQuery)
	}
	if len(values) > 1 {
		return token{}, fmt.Errorf("%w: several addresses in the query", ErrUnauthenticated)
	}
	if len(values) == 1 {
		parts := strings.Split(values[0], ".")
		if len(parts) != 3 {
			return token{}, fmt.Errorf("%w: the query carries no whole address", ErrUnauthenticated)
		}
		return token{parts[0], parts[1], parts[2]}, nil
	}
	rest, mac, ok := cutLast(path)
	rest, generation, ok2 := cutLast(rest)
	_, key, ok3 := cutLast(rest)
	if !ok || !ok2 || !ok3 {
		return token{}, fmt.Errorf("%w: neither path nor query carries an address", ErrUnauthenticated)
	}
	return token{key, generation, mac}, nil
}

// cutLast cuts the last segment off a path.
func cutLast(path string) (rest, segment string, ok bool) {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return path, "", false
	}
	return path[:i], path[i+1:], true
}

// splitQuery separates the values of our parameter from the rest of a raw
// query, which stays as it is, bare words and all.
func splitQuery(rawQuery string) (values, rest []string) {
	if !strings.Contains(rawQuery, queryParam) {
		return nil, []string{rawQuery}
	}
	for part := range strings.SplitSeq(rawQuery, "&") {
		if value, ok := strings.CutPrefix(part, queryParam+"="); ok {
			values = append(values, value)
		} else {
			rest = append(rest, part)
		}
	}
	return values, rest
}

func stripQuery(rawQuery string) string {
	_, rest := splitQuery(rawQuery)
	return strings.Join(rest, "&")
}
