// Package api keeps the exported API of every public package as text, one
// file per package, as "go doc -all" prints it. A change of the API shows as a
// difference of these files in the same commit. "make api" writes them.
package api
