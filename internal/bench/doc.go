// Command bench measures the paths that run all day: ours beside the usual way
// and beside the floor, the least that the kernel, the disk or memory allow, in
// turns on the same machine. It prints a table for each section:
//
//	make bench
//	go run -C internal/bench . -only decode,http -write
//	go run -C internal/bench . -quick
//
// internal/docs/performance.md says what is measured, how, and what decides.
// It needs Linux; without PostgreSQL its rows are left out, and with CI=true in
// the environment that is an error.
package main
