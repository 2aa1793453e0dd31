// Package repo looks at the repository as a tree of files. Its test checks what
// the compiler does not: the closed list at the top level, the length of files,
// links between documents.
package repo
