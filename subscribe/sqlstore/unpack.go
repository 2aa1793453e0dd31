package sqlstore

import (
	"encoding/binary"
	"errors"
)

// errPacked: data in the database are not what was written there.
var errPacked = errors.New("packed data are damaged")

// unpack returns what pack was given: size is what pack returned.
func unpack(packed []byte, size int) ([]byte, error) {
	if size == 0 {
		return packed, nil
	}
	if size < 0 || size > maxPacked {
		return nil, errPacked
	}
	data := make([]byte, 0, size)
	for {
		if len(packed) == 0 {
			return nil, errPacked
		}
		literals, match := int(packed[0]>>4), int(packed[0]&long)
		packed = packed[1:]
		var ok bool
		if literals, packed, ok = unpackLength(literals, packed, size); !ok {
			return nil, errPacked
		}
		if literals > len(packed) || literals > size-len(data) {
			return nil, errPacked
		}
		data = append(data, packed[:literals]...)
		packed = packed[literals:]
		if len(packed) == 0 { // the last sequence
			if len(data) != size || match != 0 {
				return nil, errPacked
			}
			return data, nil
		}
		if len(packed) < 2 {
			return nil, errPacked
		}
		distance := int(binary.LittleEndian.Uint16(packed))
		if match, packed, ok = unpackLength(match, packed[2:], size); !ok {
			return nil, errPacked
		}
		match += minMatch
		if distance == 0 || distance > len(data)+len(dictionary) || match > size-len(data) {
			return nil, errPacked
		}
		data = appendMatch(data, distance, match)
	}
}

// unpackLength reads the rest of a length that is too long for half a byte.
func unpackLength(n int, packed []byte, size int) (length int, rest []byte, ok bool) {
	if n < long {
		return n, packed, true
	}
	more, read := binary.Uvarint(packed)
	if read <= 0 || more > uint64(size) { //nolint:gosec // G115: not negative
		return 0, nil, false
	}
	return n + int(more), packed[read:], true //nolint:gosec // G115: at most size
}

// appendMatch adds n bytes that begin so far back, in the dictionary perhaps.
func appendMatch(data []byte, distance, n int) []byte {
	if before := distance - len(data); before > 0 {
		from := len(dictionary) - before
		k := min(n, before)
		data = append(data, dictionary[from:from+k]...)
		n -= k
	}
	for n > 0 { // a match may reach into what it adds
		from := len(data) - distance
		k := min(n, distance)
		data = append(data, data[from:from+k]...)
		n -= k
	}
	return data
}
