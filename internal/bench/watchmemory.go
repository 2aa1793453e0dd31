package main

import (
	"runtime"
	"time"

	"github.com/ewspush/ewspush/internal/bench/report"
)

// memory returns the bytes of objects that are alive, and of stacks.
func memory() uint64 {
	for range 3 { // what has a finalizer, or is in a pool, takes more than one
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

// collection returns how many seconds one collection of all garbage takes.
func collection(times int) float64 {
	var took report.Samples
	for range times {
		begin := time.Now()
		runtime.GC()
		took = append(took, time.Since(begin).Seconds())
	}
	return took.Median()
}
