package readme

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/repo"
)

// TestReadme compiles every Go block of README.md and runs those that ask for
// it.
func TestReadme(t *testing.T) {
	w := workspace(t)
	_, err := repo.Files(w.Root) // what go build reads, for the cache of test results
	require.NoError(t, err)
	packages := knownPackages(t, w)
	blocks := readme(t, w)
	checked := 0
	for i, b := range blocks {
		if !b.Is("go") {
			require.False(t, b.Is("golang"), "line %d: the language is go", b.Line)
			continue
		}
		checked++
		source, err := b.Source("README.md", packages)
		require.NoError(t, err)
		name := fmt.Sprintf("line%d", b.Line)
		require.NoError(t, w.Check(t.Context(), name, source))
		if !b.Is("go", "program", "run") {
			continue
		}
		output, err := w.Run(t.Context(), name, source)
		require.NoError(t, err)
		if i+1 < len(blocks) && blocks[i+1].Is("text", "output") {
			require.Equal(t, blocks[i+1].Text, output, "README.md:%d: the program prints something else", blocks[i+1].Line)
		}
	}
	t.Logf("%d blocks of Go", checked)
}

// TestCommands: the first two commands of README.md run the main job and the
// tests; continuous integration and make call exactly them.
func TestCommands(t *testing.T) {
	w := workspace(t)
	var commands []string
	for _, b := range readme(t, w) {
		if b.Is("sh") {
			for line := range strings.Lines(b.Text) {
				command, _, _ := strings.Cut(line, " #")
				commands = append(commands, strings.TrimSpace(command))
			}
		}
	}
	require.GreaterOrEqual(t, len(commands), 2)
	commands = commands[:2]
	require.Equal(t, []string{"go run -C examples ./bookings", "go test ./..."}, commands)
	for _, file := range []string{filepath.Join(".ci", "run"), "Makefile"} {
		text, err := os.ReadFile(filepath.Join(w.Root, file))
		require.NoError(t, err)
		for _, command := range commands {
			found := false
			for line := range strings.Lines(string(text)) {
				before, ok := strings.CutSuffix(strings.TrimSpace(line), command)
				found = found || ok && !strings.HasPrefix(strings.TrimSpace(before), "#")
			}
			require.True(t, found, "%s does not call %q", file, command)
		}
	}
}

func readme(t *testing.T, w Workspace) []Block {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(w.Root, "README.md"))
	require.NoError(t, err)
	blocks, err := Blocks(string(text))
	require.NoError(t, err)
	return blocks
}

func workspace(t *testing.T) Workspace {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	require.NoError(t, err)
	return Workspace{Root: root, Temp: t.TempDir()}
}

// knownPackages are those of the standard library and the public ones of this
// module.
func knownPackages(t *testing.T, w Workspace) Packages {
	t.Helper()
	list, err := w.goCommand(t.Context(), "list", "std", "./...")
	require.NoError(t, err)
	var paths []string
	for p := range strings.FieldsSeq(list) {
		if !strings.Contains("/"+p+"/", "/internal/") && !strings.HasPrefix(p, "vendor/") {
			paths = append(paths, p)
		}
	}
	return NewPackages(paths)
}
