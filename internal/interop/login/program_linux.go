package login

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const (
	startTimeout = 30 * time.Second
	stopTimeout  = 10 * time.Second
)

// Program is a server that is running.
type Program struct {
	process *os.Process
	ended   chan struct{} // closed when it has, and everything is in lines

	mu    sync.Mutex
	lines []string
}

// Run runs a program to its end and returns what it has written.
func (d *Dir) Run(tb testing.TB, env []string, input string, args ...string) string {
	tb.Helper()
	cmd := d.command(tb.Context(), env, args)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		tb.Fatalf("login: %s: %v\n%s", args[0], err, out)
	}
	return string(out)
}

// Start starts a server, and returns when it has written a line with the text
// ready to stdout or stderr. It ends with the test.
func (d *Dir) Start(tb testing.TB, env []string, ready string, args ...string) *Program {
	tb.Helper()
	p, err := d.start(context.WithoutCancel(tb.Context()), env, ready, args)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		p.Stop(tb)
		if tb.Failed() {
			tb.Logf("%s:\n%s", args[0], strings.Join(p.Lines(""), "\n"))
		}
	})
	return p
}

func (d *Dir) command(ctx context.Context, env, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = d.Path
	cmd.Env = append(os.Environ(), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: d.account, Pdeathsig: syscall.SIGTERM}
	return cmd
}

func (d *Dir) start(ctx context.Context, env []string, ready string, args []string) (*Program, error) {
	cmd := d.command(ctx, env, args)
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	if d.account != nil { // some open it by name
		if err := w.Chown(int(d.account.Uid), int(d.account.Gid)); err != nil {
			return nil, errors.Join(fmt.Errorf("login: %w", err), r.Close(), w.Close())
		}
	}
	cmd.Stdout, cmd.Stderr = w, w
	p := &Program{ended: make(chan struct{})}
	started, accepts := make(chan error), make(chan struct{})
	go func() {
		// The signal at this process's death really comes when the thread ends
		// that started the program, so that thread has to live as long.
		runtime.LockOSThread()
		err := errors.Join(cmd.Start(), w.Close())
		started <- err
		if err != nil {
			return
		}
		p.follow(r, ready, accepts)
		_ = cmd.Wait() // how it ended is in its log
		close(p.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	p.process = cmd.Process
	timer := time.NewTimer(startTimeout)
	defer timer.Stop()
	select {
	case <-accepts:
		return p, nil
	case <-p.ended:
		return nil, fmt.Errorf("login: %s has ended:\n%s", args[0], strings.Join(p.Lines(""), "\n"))
	case <-timer.C:
		return nil, errors.Join(fmt.Errorf("login: %s is not ready:\n%s", args[0], strings.Join(p.Lines(""), "\n")), p.process.Kill())
	}
}

func (p *Program) follow(r io.ReadCloser, ready string, seen chan<- struct{}) {
	defer func() { _ = r.Close() }()
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		p.lines = append(p.lines, lines.Text())
		p.mu.Unlock()
		if seen != nil && strings.Contains(lines.Text(), ready) {
			close(seen)
			seen = nil
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line was too long: the program must not wait
}

// Stop ends the program, if it has not ended yet.
func (p *Program) Stop(tb testing.TB) {
	tb.Helper()
	if err := p.process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		tb.Error(err)
	}
	timer := time.NewTimer(stopTimeout)
	defer timer.Stop()
	select {
	case <-p.ended:
	case <-timer.C:
		tb.Errorf("login: the program does not end: %v", p.process.Kill())
	}
}

// Lines returns the lines with the text that it has written so far. They are
// complete after Stop.
func (p *Program) Lines(text string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(p.lines), func(line string) bool { return !strings.Contains(line, text) })
}
