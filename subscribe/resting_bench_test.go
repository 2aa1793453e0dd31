package subscribe

import (
	"fmt"
	"runtime"
	"testing"
)

// What is kept of a key that rests, and what a full garbage collection takes
// with 100,000 of them.
func BenchmarkResting(b *testing.B) {
	const keys = 100_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := newResting()
	for i := range keys {
		r.note(fmt.Sprintf("room-%d@example.com", i), place{seq: 7, generation: 1_795_319_792_857})
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		runtime.GC()
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/keys, "B/key")
	runtime.KeepAlive(&r)
}
