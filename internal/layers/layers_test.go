package layers

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/ewspush/ewspush/internal/repo"
)

// TestLayers applies the rules to this module.
func TestLayers(t *testing.T) {
	_, err := repo.Files(filepath.Join("..", "..")) // what go list reads, for the cache of test results
	require.NoError(t, err)
	text, err := os.ReadFile("rules.txt")
	require.NoError(t, err)
	rules, err := ParseRules(string(text))
	require.NoError(t, err)
	graph, err := Load(t.Context(), filepath.Join("..", ".."))
	require.NoError(t, err)
	require.Equal(t, "github.com/ewspush/ewspush", graph.Module)
	require.True(t, graph.Packages[graph.Module+"/ews"].Local, "ews must be in the graph")

	for _, v := range rules.Check(graph) {
		t.Errorf("%s", v)
	}
	if t.Failed() {
		t.Log("the rules are in internal/layers/rules.txt")
	}
}

// TestLoadFails: a directory without a module is an error, not an empty graph.
func TestLoadFails(t *testing.T) {
	_, err := Load(t.Context(), t.TempDir())
	require.ErrorContains(t, err, "layers: ")
}
