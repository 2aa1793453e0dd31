package repo

import (
	"bytes"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// topLevel is the closed list of what may be at the top, besides dotfiles. A
// newcomer sees at one glance that there is nothing else.
var topLevel = []string{
	"CHANGELOG.md", "LICENSE", "Makefile", "README.md", "examples", "ews", "go.mod", "go.sum",
	"internal", "notify", "push", "subscribe", "testdata",
}

// maxLines is the length beyond which a Go file outside tests is about more
// than one thing.
const maxLines = 320

var root = filepath.Join("..", "..")

func TestTopLevel(t *testing.T) {
	entries, err := os.ReadDir(root)
	require.NoError(t, err)
	ignored := ignorePatterns(t)
	var found []string
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !ignored(e.Name()) {
			found = append(found, e.Name())
		}
	}
	require.Subset(t, topLevel, found, "the top level is a closed list; where else does it belong?")
}

// ignorePatterns returns what .gitignore says of a name at the top level.
func ignorePatterns(t *testing.T) func(name string) bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	require.NoError(t, err)
	patterns := strings.Fields(string(text))
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			ok, err := path.Match(strings.Trim(p, "/"), name)
			require.NoError(t, err, "pattern %q in .gitignore", p)
			return ok
		})
	}
}

func TestFileLength(t *testing.T) {
	checked := 0
	for _, file := range sources(t, ".go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		checked++
		if n := bytes.Count(read(t, file), []byte("\n")); n > maxLines {
			t.Errorf("%s has %d lines, more than %d: which nouns are in it?", file, n, maxLines)
		}
	}
	require.Positive(t, checked)
}

var (
	// markdownLink finds the target of [text](target "title").
	markdownLink = regexp.MustCompile(`\]\(\s*<?([^)\s>]+)`)
	// fence finds blocks of code, in which nothing is a link.
	fence = regexp.MustCompile("(?ms)^```.*?^```")
	// elsewhere finds targets that are not files of the repository.
	elsewhere = regexp.MustCompile(`^([a-z]+:|#)`)
)

// TestLinks: a relative link in a document leads to a file or directory.
func TestLinks(t *testing.T) {
	checked := 0
	for _, file := range sources(t, ".md") {
		checked++
		for _, m := range markdownLink.FindAllSubmatch(fence.ReplaceAll(read(t, file), nil), -1) {
			target, _, _ := strings.Cut(string(m[1]), "#")
			if elsewhere.Match(m[1]) {
				continue
			}
			_, err := os.Stat(filepath.Join(root, filepath.Dir(file), target))
			if err != nil {
				t.Errorf("%s: link to %s: %v", file, m[1], err)
			}
		}
	}
	require.Positive(t, checked)
}

// TestOpenEnds: what is not finished is an issue, not a comment; and no merge is
// half done.
func TestOpenEnds(t *testing.T) {
	// In two parts each, so that this file does not contain them.
	openEnd := regexp.MustCompile(`(?m)//.*\b(TO` + `DO|FIX` + `ME|X` + `XX)\b|^<<<<` + `<<< |^>>>>` + `>>> `)
	for _, file := range sources(t, ".go", ".md", ".mod", ".yml", "Makefile") {
		if found := openEnd.Find(read(t, file)); found != nil {
			t.Errorf("%s: %s", file, found)
		}
	}
}

// TestFiles: hidden directories are left out, everything else is found.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"b/c.go", "a.md", ".git/config", ".hidden", "b/.x/y"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(file)), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
	}
	files, err := Files(dir)
	require.NoError(t, err)
	require.Equal(t, []string{".hidden", "a.md", "b/c.go"}, files)

	_, err = Files(filepath.Join(dir, "nowhere"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

// sources returns the repository's files whose names have one of the endings.
func sources(t *testing.T, endings ...string) []string {
	t.Helper()
	files, err := Files(root)
	require.NoError(t, err)
	return slices.DeleteFunc(files, func(file string) bool {
		return !slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(file, e) })
	})
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, file))
	require.NoError(t, err)
	return content
}
