// Package pgcluster starts PostgreSQL servers for tests and throws them away:
// each has its own directory, listens on a Unix socket in it and nowhere else,
// and ends with the process that started it, however that ends.
//
// It uses the programs of Debian's package postgresql, or whatever initdb and
// postgres are on the PATH. They refuse to run as root: a test that is root has
// them run as the user postgres or nobody.
package pgcluster
