// Package drivertest runs the conformance suite of stores, and what only a real
// database can show, on every database that the library supports.
package drivertest
