package process

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Children starts children. Its zero value is ready for use.
type Children struct {
	Profiles string // directory for a CPU profile of each; empty for none
}

// Child is a process that plays a role. Its methods may not be called at the
// same time.
type Child struct {
	name  string
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Reader
}

// Start starts a child, and returns when it is ready; what it says then goes
// into ready. name is for errors and profiles. End must be called.
func (c Children) Start(ctx context.Context, role, name string, args, ready any) (*Child, error) {
	a := assignment{Role: role}
	var err error
	if a.Args, err = json.Marshal(args); err != nil {
		return nil, fmt.Errorf("process: %s: %w", name, err)
	}
	if c.Profiles != "" {
		file := strings.ReplaceAll(name, " ", "-") + ".pprof"
		if a.Profile, err = filepath.Abs(filepath.Join(c.Profiles, file)); err != nil {
			return nil, fmt.Errorf("process: %s: %w", name, err)
		}
	}
	text, err := json.Marshal(a)
	if err != nil {
		return nil, fmt.Errorf("process: %s: %w", name, err)
	}
	program, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("process: %s: %w", name, err)
	}
	child := &Child{name: name, cmd: exec.CommandContext(ctx, program)}
	child.cmd.Env = append(os.Environ(), variable+"="+string(text))
	child.cmd.Stderr = os.Stderr
	stdin, inErr := child.cmd.StdinPipe()
	stdout, outErr := child.cmd.StdoutPipe()
	if err := errors.Join(inErr, outErr); err != nil {
		return nil, fmt.Errorf("process: %s: %w", name, err)
	}
	child.stdin, child.lines = stdin, bufio.NewReader(stdout)
	if err := child.cmd.Start(); err != nil {
		return nil, fmt.Errorf("process: %s: %w", name, err)
	}
	if err := child.read(ready); err != nil {
		return nil, errors.Join(err, child.End())
	}
	return child, nil
}

// Do has the child carry out a command. args and result may be nil.
func (c *Child) Do(command string, args, result any) error {
	var err error
	q := request{Command: command}
	if q.Args, err = json.Marshal(args); err != nil {
		return fmt.Errorf("process: %s: %s: %w", c.name, command, err)
	}
	if err := json.NewEncoder(c.stdin).Encode(q); err != nil {
		return fmt.Errorf("process: %s: %s: %w", c.name, command, err)
	}
	return c.read(result)
}

// Collect has the child collect its garbage, so that what comes next does not
// pay for what was.
func (c *Child) Collect() error { return c.Do(commandCollect, nil, nil) }

// Usage returns what the child has used until now.
func (c *Child) Usage() (Usage, error) {
	var u Usage
	err := c.Do(commandUsage, nil, &u)
	return u, err
}

func (c *Child) read(result any) error {
	line, err := c.lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("process: %s: no answer: %w", c.name, err)
	}
	var r response
	if err := json.Unmarshal(line, &r); err != nil {
		return fmt.Errorf("process: %s says %q: %w", c.name, line, err)
	}
	if r.Error != "" {
		return fmt.Errorf("process: %s: %s", c.name, r.Error)
	}
	if result == nil {
		return nil
	}
	if err := json.Unmarshal(r.Result, result); err != nil {
		return fmt.Errorf("process: %s says %q: %w", c.name, r.Result, err)
	}
	return nil
}

// End has the child end in good order, and waits until it has.
func (c *Child) End() error {
	_ = c.stdin.Close() // unless it has ended by itself
	if err := c.cmd.Wait(); err != nil {
		return fmt.Errorf("process: %s: %w", c.name, err)
	}
	return nil
}
