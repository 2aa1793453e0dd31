// Package readme compiles the Go code in README.md, so that what a newcomer
// copies works. The info string of a block says how:
//
//	go program          a whole program, package clause and imports included
//	go program run      the same; it is also run, and must end with success
//	go body             statements of a function that has a ctx and returns an error
//	go decls            declarations at the top level of a file
//
// Imports of a body and of declarations are found by the package name. What the
// reader need not see goes into an HTML comment before the block:
//
//	<!-- setup
//	var store subscribe.Store
//	-->
//
// It may begin with imports of its own. A block "text output" after a program
// that is run says what it prints.
package readme
