package readme

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// doc writes a Markdown document with ' for `, which Go's raw strings lack.
func doc(text string) string { return strings.ReplaceAll(text, "'", "`") }

func TestBlocks(t *testing.T) {
	blocks, err := Blocks(doc(`# Title

'''sh
go test ./...
'''
text '''not a fence'''

<!-- setup
var x int
-->

'''go body
_ = x
'''
''''text
'''
not an end above
''''
`))
	require.NoError(t, err)
	require.Equal(t, []Block{
		{Line: 4, Info: []string{"sh"}, Text: "go test ./...\n"},
		{Line: 13, Info: []string{"go", "body"}, Text: "_ = x\n", Setup: "var x int\n"},
		{Line: 16, Info: []string{"text"}, Text: doc("'''\nnot an end above\n")},
	}, blocks)
}

func TestBlocksErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"open fence", "a\n'''go\nx := 1\n", "line 2: fence without an end"},
		{"open setup", "<!-- setup\nvar x int\n", "line 1: setup without an end"},
		{"setup before text", "<!-- setup\nvar x int\n-->\nhello\n", "line 4: text between"},
		{"setup before shell", "<!-- setup\nvar x int\n-->\n'''sh\nls\n'''\n", "line 4: setup before a block that is not Go"},
		{"setup at the end", "<!-- setup\nvar x int\n-->\n", "without a block"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Blocks(doc(test.text))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// FuzzBlocks: any document is split or refused, and a block's text is what the
// document has at its line.
func FuzzBlocks(f *testing.F) {
	f.Add(doc("a\n'''go body\nx\n'''\n"))
	f.Add(doc("<!-- setup\nvar x int\n-->\n''''go decls\n'''\n''''"))
	f.Fuzz(func(t *testing.T, text string) {
		blocks, err := Blocks(text)
		if err != nil {
			return
		}
		lines := strings.SplitAfter(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
		for _, b := range blocks {
			require.True(t, strings.HasPrefix(strings.Join(lines[b.Line-1:], ""), b.Text))
		}
	})
}
