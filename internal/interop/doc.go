// Package interop lets EWS clients that nobody here wrote talk to the fake
// Exchange of package ewstest. It has tests only.
package interop
