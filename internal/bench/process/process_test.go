package process

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// echo is a role that says what it was told.
type echo struct{ args string }

func (e *echo) Start(_ context.Context, args json.RawMessage) (any, error) {
	if err := json.Unmarshal(args, &e.args); err != nil {
		return nil, err
	}
	if e.args == "broken" {
		return nil, errors.New("cannot start")
	}
	return "ready, " + e.args, nil
}

func (e *echo) Do(_ context.Context, command string, args json.RawMessage) (any, error) {
	if command == "fail" {
		return nil, errors.New("cannot do that")
	}
	if command == "work" {
		sum := 0
		for i := range 200_000_000 {
			sum += i
		}
		return sum, nil
	}
	return e.args + " " + command + " " + string(args), nil
}

func (e *echo) Close() error {
	if e.args == "unclean" {
		return errors.New("cannot close")
	}
	return nil
}

func TestMain(m *testing.M) {
	child, err := Main(context.Background(), map[string]Role{"echo": &echo{}})
	if !child {
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestChild(t *testing.T) {
	profiles := t.TempDir()
	var ready, result string
	c, err := Children{Profiles: profiles}.Start(t.Context(), "echo", "an echo", "a", &ready)
	require.NoError(t, err)
	require.Equal(t, "ready, a", ready)
	require.NoError(t, c.Do("sing", 7, &result))
	require.Equal(t, "a sing 7", result)
	require.ErrorContains(t, c.Do("fail", nil, nil), "an echo: cannot do that")

	before, err := c.Usage()
	require.NoError(t, err)
	require.NoError(t, c.Collect())
	require.NoError(t, c.Do("work", nil, nil))
	after, err := c.Usage()
	require.NoError(t, err)
	require.Greater(t, after.CPU, before.CPU, "it has worked")
	require.NoError(t, c.End())
	require.ErrorContains(t, c.Do("sing", nil, nil), "an echo: sing")

	info, err := os.Stat(filepath.Join(profiles, "an-echo.pprof"))
	require.NoError(t, err)
	require.Positive(t, info.Size())
}

// TestChildFails: what goes wrong in a child is told by the parent.
func TestChildFails(t *testing.T) {
	_, err := Children{}.Start(t.Context(), "echo", "e", "broken", nil)
	require.ErrorContains(t, err, "e: cannot start")
	_, err = Children{}.Start(t.Context(), "nobody", "e", "a", nil)
	require.ErrorContains(t, err, "no answer")
	c, err := Children{}.Start(t.Context(), "echo", "e", "unclean", nil)
	require.NoError(t, err)
	require.ErrorContains(t, c.End(), "exit status 1")
}

// TestUsage: what this process has used rises.
func TestUsage(t *testing.T) {
	u, err := UsageNow()
	require.NoError(t, err)
	require.Positive(t, u.CPU)
	require.GreaterOrEqual(t, u.Written, int64(0))
}
