// Package block is where a block of README.md is imagined to be while it is
// compiled: go vet wants a directory that exists. Nothing is written here.
package block
