package sqlstore

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestArrayLiteral(t *testing.T) {
	var none, numbers, texts arrayLiteral
	require.Equal(t, "{}", none.String())
	for _, n := range []int64{0, -1, 1 << 62} {
		numbers.number(n)
	}
	require.Equal(t, "{0,-1,4611686018427387904}", numbers.String())
	for _, s := range []string{"a", "", "NULL", `a"b\c`, "{,}", " é\n"} {
		texts.text(s)
	}
	require.Equal(t, `{"a","","NULL","a\"b\\c","{,}"," é`+"\n"+`"}`, texts.String())
}
