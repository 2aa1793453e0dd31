package pgcluster

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Options of a cluster.
type Options struct {
	// NoSync does not wait for the disk: for tests of anything but durability.
	NoSync bool
	// Settings are further ones for postgresql.conf, by name.
	Settings map[string]string
}

// Cluster is a PostgreSQL server of its own. Its methods may not be called at
// the same time.
type Cluster struct {
	bin, dir string
	opts     Options
	account  *syscall.Credential // nil: the present user

	server *server // nil: stopped
}

// server is one run of the postgres program.
type server struct {
	process *os.Process
	ended   chan struct{} // closed when the program has ended
	log     *tail
}

// startTimeout bounds how long the server may take to accept connections;
// recovery after Crash is part of it.
const startTimeout = time.Minute

// Start makes a cluster and starts it; it ends with the test. Where PostgreSQL
// is not installed the test is skipped, or fails with CI=true.
func Start(tb testing.TB, opts *Options) *Cluster {
	tb.Helper()
	Require(tb)
	c, err := New(tb.Context(), opts)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
	})
	return c
}

// New makes a cluster and starts it. ctx bounds only New itself. Close must be
// called; a process that is killed instead takes the server with it, and leaves
// a directory that the next call of New removes. opts may be nil.
func New(ctx context.Context, opts *Options) (*Cluster, error) {
	bin, err := bindir()
	if err != nil {
		return nil, err
	}
	c := &Cluster{bin: bin}
	if opts != nil {
		c.opts = *opts
	}
	if c.account, err = account(); err != nil {
		return nil, err
	}
	if c.dir, err = makeDir(c.account); err != nil {
		return nil, err
	}
	if err = c.initialize(ctx); err == nil {
		err = c.Start(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// DSN returns the address of the database postgres, in the form of libpq, with
// further parameters such as "application_name=x".
func (c *Cluster) DSN(parameters ...string) string {
	return strings.Join(append([]string{"host=" + c.dir, "user=postgres", "dbname=postgres"}, parameters...), " ")
}

// Dir is where the cluster's files are.
func (c *Cluster) Dir() string { return c.dir }

func (c *Cluster) data() string { return filepath.Join(c.dir, "data") }

func (c *Cluster) initialize(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, "initdb"),
		"--pgdata="+c.data(), "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync")
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.account}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("pgcluster: initdb: %w\n%s", err, out)
	}
	return nil
}

// Start starts a server that was stopped, and returns when it accepts
// connections.
func (c *Cluster) Start(ctx context.Context) error {
	if c.server != nil {
		return errors.New("pgcluster: the server is running")
	}
	settings := map[string]string{
		"listen_addresses":        "",
		"unix_socket_directories": c.dir,
		"logging_collector":       "off",
		"log_destination":         "stderr",
	}
	if c.opts.NoSync {
		settings["fsync"] = "off"
		settings["full_page_writes"] = "off"
	}
	maps.Copy(settings, c.opts.Settings)
	args := []string{"-D", c.data()}
	for name, value := range settings {
		args = append(args, "-c", name+"="+value)
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	s, ready, err := run(filepath.Join(c.bin, "postgres"), args, c.dir, c.account)
	if err != nil {
		return err
	}
	c.server = s
	select {
	case <-ready:
		return nil
	case <-s.ended:
		c.server = nil
		return fmt.Errorf("pgcluster: postgres has ended:\n%s", s.log)
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("pgcluster: postgres is not ready: %w\n%s", ctx.Err(), s.log), c.Crash())
	}
}

// run starts the program. ready is closed when it accepts connections.
func run(program string, args []string, dir string, account *syscall.Credential) (s *server, ready <-chan struct{}, err error) {
	cmd := exec.Command(program, args...) //nolint:noctx // it is stopped with signals
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Credential: account,
		Pdeathsig:  syscall.SIGQUIT, // immediate shutdown
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, fmt.Errorf("pgcluster: %w", err)
	}
	s = &server{ended: make(chan struct{}), log: &tail{}}
	accepts := make(chan struct{})
	started := make(chan error)
	go func() {
		// The signal comes when the thread ends that started the process, so
		// that thread has to live as long.
		runtime.LockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		s.log.follow(stderr, "ready to accept connections", accepts)
		_ = cmd.Wait() // how it ended is in its log
		close(s.ended)
	}()
	if err := <-started; err != nil {
		return nil, nil, fmt.Errorf("pgcluster: %w", err)
	}
	s.process = cmd.Process
	return s, accepts, nil
}

// Stop shuts the server down in order; open connections are cut.
func (c *Cluster) Stop() error { return c.end(syscall.SIGINT) }

// Crash ends the server at once, without any tidying up: the next Start has to
// recover from the log.
func (c *Cluster) Crash() error { return c.end(syscall.SIGQUIT) }

// end signals the server and waits for its end.
func (c *Cluster) end(sig os.Signal) error {
	s := c.server
	if s == nil {
		return errors.New("pgcluster: the server is not running")
	}
	if err := s.process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("pgcluster: %w", err)
	}
	timer := time.NewTimer(startTimeout)
	defer timer.Stop()
	select {
	case <-s.ended:
		c.server = nil
		return nil
	case <-timer.C:
		return fmt.Errorf("pgcluster: postgres does not end after %v:\n%s", sig, s.log)
	}
}

// Close ends the server and removes its files.
func (c *Cluster) Close() error {
	var err error
	if c.server != nil {
		err = c.Crash()
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

// Log returns the last lines that the server has logged.
func (c *Cluster) Log() string {
	if c.server == nil {
		return ""
	}
	return c.server.log.String()
}

// tail keeps the end of a log.
type tail struct {
	mu    sync.Mutex
	lines []string
}

// follow reads to the end, and closes seen at the first line with the text.
func (t *tail) follow(r io.Reader, text string, seen chan<- struct{}) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		t.mu.Lock()
		t.lines = append(t.lines, lines.Text())
		if n := len(t.lines) - 200; n > 0 {
			t.lines = t.lines[n:]
		}
		t.mu.Unlock()
		if seen != nil && strings.Contains(lines.Text(), text) {
			close(seen)
			seen = nil
		}
	}
	_, _ = io.Copy(io.Discard, r) // a line was too long: the server must not wait
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.Join(t.lines, "\n")
}
