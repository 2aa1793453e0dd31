package ews

// isPlain reports whether a text can be taken as it stands. True is a proof,
// false is not: it means that the text has to be looked at more closely. It
// must cost next to nothing for base64, which most texts of a notification are.
//
// Plain are the bytes from '+' to DEL except one that the caller names. That
// leaves out, for whatever reason each of them needs attention: all but ASCII,
// control characters and white space, the ampersand, and both quotation marks.
//
// It looks at eight bytes at a time, for top bits. Each byte of the word itself
// has it set from 0x80 on. Each byte of w - low has it set below '+', and so has
// each of (w ^ mask) - ones where w is the byte except, which mask turns into
// zero. A subtraction borrows from the next byte only where it has set the top
// bit already, so that "no top bit is set" holds for all eight or for none.
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
	w := word(s[len(s)-8:]) // the last eight bytes, some of them perhaps twice
	found := w | (w - low) | ((w ^ mask) - ones)
	for len(s) > 8 {
		w = word(s)
		found |= w | (w - low) | ((w ^ mask) - ones)
		s = s[8:]
	}
	return found&tops == 0
}

// word returns the first eight bytes as a number; the compiler makes one load of it.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
