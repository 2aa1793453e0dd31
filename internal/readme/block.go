package readme

import (
	"fmt"
	"slices"
	"strings"
)

// Block is one fenced block of a Markdown document.
type Block struct {
	// Line is the number of the first line of Text in the document.
	Line int
	// Info are the words of the info string; the first is the language.
	Info []string
	// Text is what is between the fences.
	Text string
	// Setup is the hidden code before the block.
	Setup string
}

// Is reports whether the info string begins with the words.
func (b Block) Is(words ...string) bool {
	return len(b.Info) >= len(words) && slices.Equal(b.Info[:len(words)], words)
}

// Blocks returns the blocks of a document that are fenced by backticks at the
// beginning of a line. A fence, or a setup comment, without an end is an error,
// and so is a setup that no Go block follows at once.
func Blocks(markdown string) ([]Block, error) {
	var (
		blocks []Block
		setup  string
	)
	lines := strings.SplitAfter(strings.ReplaceAll(markdown, "\r\n", "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], " \t\n")
		begin := i + 1
		switch {
		case line == "":
		case line == "<!-- setup":
			end := find(lines[begin:], func(l string) bool { return l == "-->" })
			if end < 0 {
				return nil, fmt.Errorf("readme: line %d: setup without an end", begin)
			}
			setup = strings.Join(lines[begin:begin+end], "")
			i = begin + end
		case strings.HasPrefix(line, "```"):
			info := strings.TrimLeft(line, "`")
			fence := line[:len(line)-len(info)]
			end := find(lines[begin:], func(l string) bool {
				return strings.HasPrefix(l, fence) && strings.Trim(l, "`") == ""
			})
			if end < 0 {
				return nil, fmt.Errorf("readme: line %d: fence without an end", begin)
			}
			b := Block{Line: begin + 1, Info: strings.Fields(info), Text: strings.Join(lines[begin:begin+end], ""), Setup: setup}
			if setup != "" && !b.Is("go") {
				return nil, fmt.Errorf("readme: line %d: setup before a block that is not Go", begin)
			}
			blocks = append(blocks, b)
			setup = ""
			i = begin + end
		case setup != "":
			return nil, fmt.Errorf("readme: line %d: text between a setup and its block", begin)
		}
	}
	if setup != "" {
		return nil, fmt.Errorf("readme: setup %q without a block", setup)
	}
	return blocks, nil
}

// find returns the index of the first line, without the space at its end, that
// satisfies ok, or -1.
func find(lines []string, ok func(string) bool) int {
	return slices.IndexFunc(lines, func(l string) bool { return ok(strings.TrimRight(l, " \t\n")) })
}
