// Package process runs parts of a measurement in processes of their own, so
// that what one part uses can be told from what the others use. The child is
// the same program, which a variable in the environment tells what to be; it is
// asked over its standard input and answers over its standard output, one JSON
// object a line. It ends when its standard input does.
package process
