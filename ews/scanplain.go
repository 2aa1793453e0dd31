package ews

// isPlain reports whether a text can be taken as it stands. True is a proof,
// false is not: it means that the text has to be looked at more closely. It
// must cost next to nothing for base64, which most texts of a notification are.
//
// Plain are the bytes from '+' to DEL except one that the caller names. That
// leaves out, for whatever reason each of them needs attention: all but ASCII,
// control characters and white space, the ampersand, and both quotation marks.
//
// It looks at eight bytes at a time. In (w - ones*'+') the top bit of each byte
// that is below '+' gets set, if no byte below it has borrowed; a borrow comes
// from such a byte only, so that "none is set" is exact. The same holds for a
// byte that equals except, after it has been turned into zero.
func isPlain(s string, except byte) bool {
	const (
		ones = 0x0101010101010101
		tops = 0x80 * ones
		low  = '+' * ones
	)
	if len(s) < 8 {
		for i := range len(s) {
			if c := s[i]; c < '+' || c > 0x7F || c == except {
				return false
			}
		}
		return true
	}
	mask := uint64(except) * ones
	var found uint64
	for i := 0; i < len(s)-8; i += 8 {
		w := word(s[i : i+8])
		x := w ^ mask
		found |= w | (w - low) | (x-ones)&^x
	}
	w := word(s[len(s)-8:]) // the last eight bytes, some of them once more
	x := w ^ mask
	found |= w | (w - low) | (x-ones)&^x
	return found&tops == 0
}

// word returns eight bytes as a number; the compiler makes one load of it.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
