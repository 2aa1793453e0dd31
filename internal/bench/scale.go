package main

import "time"

// scale is how much is measured.
type scale struct {
	rounds int           // in which every contender has one turn; medians are taken over them
	turn   time.Duration // of a contender over HTTP or on disk
	spell  time.Duration // of a decoder

	connections int   // of the load over HTTP
	callers     []int // at a time, of the durable record

	watched     []int // subscriptions in memory
	stored      int   // subscriptions on SQLite
	due         []int // rows that a sweep finds
	heartbeats  int
	idle        time.Duration // how long nothing happens
	forgotten   time.Duration // until receivers have forgotten what they have heard
	collections int           // of garbage

	subscribes int // of the ramp
	parallel   int // of them at a time
	answer     time.Duration

	rate    int // notifications a second, for the latency
	pace    time.Duration
	flushes int // of the disk, before and after

	slower time.Duration // how much longer a flush takes on a slow disk
}

// full is what decides.
func full() scale {
	return scale{
		rounds: 9, turn: 600 * time.Millisecond, spell: 10 * time.Millisecond,
		connections: 64, callers: []int{1, 8, 64, 256},
		watched: []int{100_000, 1_000_000}, stored: 100_000, due: []int{100, 10_000}, heartbeats: 50_000,
		idle: 10 * time.Second, forgotten: 21 * time.Second, collections: 5,
		subscribes: 10_000, parallel: 20, answer: 50 * time.Millisecond,
		rate: 1000, pace: 10 * time.Second, flushes: 300, slower: 2 * time.Millisecond,
	}
}

// tiny shows that it works, and nothing else.
func tiny() scale {
	return scale{
		rounds: 1, turn: 30 * time.Millisecond, spell: time.Millisecond,
		connections: 4, callers: []int{1, 8},
		watched: []int{200, 1000}, stored: 200, due: []int{10, 100}, heartbeats: 100,
		idle: 100 * time.Millisecond, forgotten: 100 * time.Millisecond, collections: 1,
		subscribes: 40, parallel: 20, answer: 10 * time.Millisecond,
		rate: 200, pace: 300 * time.Millisecond, flushes: 5, slower: time.Millisecond,
	}
}
