package notify_test

import "bytes"

// secret returns one of many secrets of the least length.
func secret(n byte) []byte { return bytes.Repeat([]byte{n}, 16) }
