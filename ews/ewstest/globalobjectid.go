package ewstest

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"time"
)

// globalObjectID returns the UID of a meeting in the layout that Exchange gives
// it: a class id, the date of an occurrence (none), when it was made as a
// FILETIME, and a GUID, in hexadecimal digits.
func globalObjectID(id guid, made time.Time) string {
	b, _ := hex.DecodeString("040000008200e00074c5b7101a82e00800000000") // constant
	const untilUnixEpoch = 116444736000000000                            // from 1601, in 100 ns
	b = binary.LittleEndian.AppendUint64(b, uint64(made.UnixNano()/100+untilUnixEpoch))
	b = append(b, make([]byte, 8)...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(id)))
	b = append(b, id[:]...)
	return strings.ToUpper(hex.EncodeToString(b))
}
