package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"runtime/pprof"
)

// Role is something that a child can be.
type Role interface {
	// Start prepares everything, and returns what the parent must know.
	Start(ctx context.Context, args json.RawMessage) (result any, err error)
	// Do carries out one command. It is never called twice at a time.
	Do(ctx context.Context, command string, args json.RawMessage) (result any, err error)
	// Close is called at the end, also if Start has failed.
	Close() error
}

// Main returns false in a process that is no child. In a child it is the whole
// program: it plays its role until the parent closes its standard input.
func Main(ctx context.Context, roles map[string]Role) (child bool, err error) {
	text, ok := os.LookupEnv(variable)
	if !ok {
		return false, nil
	}
	var a assignment
	if err := json.Unmarshal([]byte(text), &a); err != nil {
		return true, fmt.Errorf("process: %s: %w", variable, err)
	}
	role, ok := roles[a.Role]
	if !ok {
		return true, fmt.Errorf("process: there is no role %q", a.Role)
	}
	stop, err := profile(a.Profile)
	if err != nil {
		return true, err
	}
	err = play(ctx, role, a.Args, os.Stdin, os.Stdout)
	return true, errors.Join(err, role.Close(), stop())
}

// profile writes a CPU profile from now until stop is called.
func profile(file string) (stop func() error, err error) {
	if file == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(file)
	if err != nil {
		return nil, fmt.Errorf("process: profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(fmt.Errorf("process: profile: %w", err), f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}

func play(ctx context.Context, role Role, args json.RawMessage, in io.Reader, out io.Writer) error {
	answer := func(result any, err error) error {
		var r response
		if err == nil {
			r.Result, err = json.Marshal(result)
		}
		if err != nil {
			r.Error = err.Error()
		}
		return json.NewEncoder(out).Encode(r)
	}
	started, err := role.Start(ctx, args)
	if err := answer(started, err); err != nil {
		return err
	}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var q request
		if err := json.Unmarshal(line, &q); err != nil {
			return err
		}
		var result any
		switch q.Command {
		case commandUsage:
			result, err = UsageNow()
		case commandCollect:
			runtime.GC()
		default:
			result, err = role.Do(ctx, q.Command, q.Args)
		}
		if err := answer(result, err); err != nil {
			return err
		}
	}
}
