package storetest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ewspush/ewspush/subscribe"
)

// oddKeys returns valid keys that a store may confuse, cut off or put in
// another order than that of their bytes, in the order of their bytes.
func oddKeys() []string {
	keys := []string{
		"\x01", "\t", "\n", " ", " a", "a ", "a", "A", "aa", "Aa", "AA", "ab", "b", "B", "a b",
		"0", "00", "01", "1", "10", "2", "-1", "1e0", "room-1", "room-2", "room-10", "NULL", "null",
		"a%", "a_", "a*", "a?", "a\\", "a\\b", "a'b", "a''b", `a"b`, "a`b", "a;b", "a--b", "a/b", "a.b",
		"../a", "$1", "?1", ":a", "{a}", "\x7f", "Straße", "Strasse", "STRASSE", "i", "ı", "İ",
		"é", "e\u0301", "\u00a0", "\u200b", "\ufeffa", "日本", "ﬁ", "fi",
		"\ue000", "\uffff", "😀", "\U0010ffff", // the latter two come first in UTF-16
		strings.Repeat("k", 254), strings.Repeat("k", 255), strings.Repeat("é", 127),
	}
	slices.Sort(keys)
	return keys
}

// keyIn returns the n-th key of a series that lies in the shard.
func keyIn(shard, n int) string {
	for i := 0; ; i++ {
		if key := fmt.Sprintf("key-%d", i); subscribe.ShardOf(key) == shard {
			if n--; n < 0 {
				return key
			}
		}
	}
}
