package readme

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestSource compiles what blocks stand for: the good ones pass, and each
// mistake is reported with its line in the document.
func TestSource(t *testing.T) {
	packages := NewPackages([]string{"context", "fmt", "math/rand", "math/rand/v2", "strings", "time"})
	tests := []struct {
		name  string
		block Block
		want  string // part of the error, none if empty
	}{
		{name: "body", block: Block{Info: []string{"go", "body"}, Text: "fmt.Println(\"100%\", ctx)\n"}},
		{name: "body that returns", block: Block{Info: []string{"go", "body"}, Text: "return ctx.Err()\n"}},
		{name: "body with its own ctx", block: Block{Info: []string{"go", "body"}, Text: "ctx := context.TODO()\nfmt.Println(ctx)\n"}},
		{name: "setup", block: Block{Info: []string{"go", "body"}, Setup: "var wait time.Duration\n", Text: "fmt.Println(wait)\n"}},
		{name: "setup with an import", block: Block{Info: []string{"go", "body"}, Setup: "import \"math/rand/v2\"\n", Text: "fmt.Println(rand.N(3))\n"}},
		{name: "decls", block: Block{Info: []string{"go", "decls"}, Text: "func f() string { return strings.ToUpper(\"a\") }\n"}},
		{name: "a variable named as a package", block: Block{Info: []string{"go", "body"}, Setup: "var strings struct{ n int }\n", Text: "fmt.Println(strings.n)\n"}},
		{name: "program", block: Block{Info: []string{"go", "program"}, Text: "package main\n\nfunc main() {}\n"}},

		{name: "no kind", block: Block{Info: []string{"go"}}, want: `line 40: "go": one of`},
		{name: "unknown kind", block: Block{Info: []string{"go", "main"}}, want: `line 40: "go main": one of`},
		{name: "program with setup", block: Block{Info: []string{"go", "program"}, Setup: "var x int\n"}, want: "a program has no setup"},
		{name: "ambiguous import", block: Block{Info: []string{"go", "body"}, Text: "_ = rand.Int()\n"}, want: "rand may be any of [math/rand math/rand/v2]"},
		{name: "syntax", block: Block{Info: []string{"go", "body"}, Text: "x := := 1\n"}, want: "README.md:40: expected operand"},
		{name: "undefined", block: Block{Info: []string{"go", "body"}, Text: "fmt.Println(1)\nfmt.Println(y)\n"}, want: "README.md:41: undefined: y"},
		{name: "unused", block: Block{Info: []string{"go", "body"}, Text: "x := 1\n"}, want: "README.md:40: declared and not used: x"},
		{name: "vet", block: Block{Info: []string{"go", "body"}, Text: "fmt.Printf(\"%d\", \"a\")\n"}, want: "Printf format %d"},
	}
	w := workspace(t)
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.block.Line = 40
			source, err := test.block.Source("README.md", packages)
			if err == nil {
				err = w.Check(t.Context(), "case"+string(rune('a'+i)), source)
			}
			if test.want == "" {
				require.NoError(t, err, "%s", source)
			} else {
				require.ErrorContains(t, err, test.want)
			}
		})
	}
}

func TestRun(t *testing.T) {
	w := workspace(t)
	output, err := w.Run(t.Context(), "good", "package main\n\nfunc main() { print(\"e\"); println() }\n")
	require.NoError(t, err)
	require.Empty(t, output, "print writes to the standard error output")

	output, err = w.Run(t.Context(), "hello", "package main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello\", "+
		time.Second.String()[:1]+") }\n")
	require.NoError(t, err)
	require.Equal(t, "hello 1\n", output)

	_, err = w.Run(t.Context(), "bad", "package main\n\nfunc main() { panic(\"no\") }\n")
	require.ErrorContains(t, err, "panic: no")
}

func TestNewPackages(t *testing.T) {
	require.Equal(t, Packages{
		"rand":  {"math/rand", "math/rand/v2"},
		"slog":  {"log/slog"},
		"vault": {"example.com/vault"},
	}, NewPackages([]string{"math/rand", "math/rand/v2", "log/slog", "example.com/vault"}))
}
