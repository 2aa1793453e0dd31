// Package layers enforces which package may import which, and what must never
// be linked into a program that uses this module. The rules are in rules.txt,
// each with its reason; the test of this package applies them to what
// "go list -deps" reports.
package layers
