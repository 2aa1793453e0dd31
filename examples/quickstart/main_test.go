package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The demo must end by itself, and lose nothing.
func TestDemo(t *testing.T) {
	var out strings.Builder
	require.NoError(t, run(t.Context(), nil, &out))
	t.Log("\n" + out.String())
	require.Contains(t, out.String(), " 0 lost.")
	require.Contains(t, out.String(), "GAP (firstStart)")
	require.Contains(t, out.String(), "GAP (serverError)")
	require.Contains(t, out.String(), "resuming where it left off")
	require.Contains(t, out.String(), "at the second attempt")
}

func TestFlagsAreChecked(t *testing.T) {
	var out strings.Builder
	require.ErrorContains(t, run(t.Context(), []string{"-ews", "https://mail.example.com/EWS/Exchange.asmx"}, &out), "-callback is required")
	require.ErrorContains(t, run(t.Context(), []string{"now"}, &out), "unexpected arguments: now")
	require.Error(t, run(t.Context(), []string{"-nonsense"}, &out))
}
