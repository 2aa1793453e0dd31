package api

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/repo"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// TestAPI compares the exported API of this module with the golden files.
func TestAPI(t *testing.T) {
	_, err := repo.Files(filepath.Join("..", "..")) // what go doc reads, for the cache of test results
	require.NoError(t, err)
	apis := make(map[string]string)
	for pkg := range strings.FieldsSeq(goCommand(t, "list", "./...")) {
		name := strings.TrimPrefix(pkg, "github.com/ewspush/ewspush/")
		if !strings.HasPrefix(name, "internal/") {
			apis[name] = goCommand(t, "doc", "-all", pkg)
		}
	}
	require.Contains(t, apis, "ews")

	golden := Golden{Dir: "."}
	if *update {
		require.NoError(t, golden.Write(apis))
	}
	if err := golden.Check(apis); err != nil {
		t.Fatal(err) // not require: the difference is readable only as it is
	}
}

// goCommand runs the go command in the root of the module.
func goCommand(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = filepath.Join("..", "..")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go %s: %s", args[0], &stderr)
	return string(out)
}

func TestGolden(t *testing.T) {
	golden := Golden{Dir: t.TempDir()}
	apis := map[string]string{"ews": "func A()\nfunc B()\n", "ews/ewstest": "func C()\n"}

	err := golden.Check(apis)
	require.ErrorIs(t, err, ErrMissing)
	require.ErrorContains(t, err, "api: ews: no golden file")
	require.ErrorContains(t, err, "api: ews/ewstest: no golden file")
	require.ErrorContains(t, err, "make api")

	require.NoError(t, golden.Write(apis))
	require.NoError(t, golden.Check(apis))
	require.FileExists(t, filepath.Join(golden.Dir, "ews_ewstest.txt"))

	apis["ews"] = "func A()\nfunc B(x int)\n"
	err = golden.Check(apis)
	require.ErrorIs(t, err, ErrChanged)
	require.ErrorContains(t, err, "make api")
	require.ErrorContains(t, err, "\n-func B()\n+func B(x int)\n")
	require.NotContains(t, err.Error(), "func A")
	require.NoError(t, golden.Write(apis))
	require.NoError(t, golden.Check(apis))

	delete(apis, "ews/ewstest")
	err = golden.Check(apis)
	require.ErrorIs(t, err, ErrStale)
	require.ErrorContains(t, err, "ews_ewstest.txt")
	require.NoError(t, golden.Write(apis))
	require.NoError(t, golden.Check(apis))
	require.NoFileExists(t, filepath.Join(golden.Dir, "ews_ewstest.txt"))
}

func TestGoldenUnreadable(t *testing.T) {
	golden := Golden{Dir: t.TempDir()}
	require.NoError(t, os.Mkdir(filepath.Join(golden.Dir, "ews.txt"), 0o700))
	err := golden.Check(map[string]string{"ews": "func A()\n"})
	require.ErrorContains(t, err, "api: ews: ")
	require.NotErrorIs(t, err, ErrMissing)
}

func TestDifference(t *testing.T) {
	tests := []struct{ name, before, after, want string }{
		{"equal", "a\nb\n", "a\nb\n", ""},
		{"added", "a\nc\n", "a\nb\nc\n", "+b\n"},
		{"removed", "a\nb\nc\n", "a\nc\n", "-b\n"},
		{"changed", "a\nb\nc\n", "a\nx\nc\n", "-b\n+x\n"},
		{"from nothing", "", "a\n", "+a\n"},
		{"end of file", "a", "a\n", "-a\n+a\n+\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, difference(test.before, test.after))
		})
	}
}
