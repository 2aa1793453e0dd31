package crash

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// process is an application that is started again and again, under one name.
type process struct {
	t    *testing.T
	role role
	log  *os.File

	mu     sync.Mutex
	lives  int
	cmd    *exec.Cmd
	stdin  io.Closer
	exited chan struct{} // closed when cmd has ended
	err    error         // how it ended
	asked  bool          // to end
	fates  *fates
}

// fates is what was done to the processes, by life.
type fates struct {
	mu     sync.Mutex
	killed map[string]time.Time // since then it cannot have done anything
	stops  map[string][]stop
	counts map[string]int // for the summary
}

// stop is a time in which a process stood still.
type stop struct{ begin, end time.Time }

func newFates() *fates {
	return &fates{killed: make(map[string]time.Time), stops: make(map[string][]stop), counts: make(map[string]int)}
}

func (f *fates) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counts[what]++
}

func newProcess(t *testing.T, dir string, r role, f *fates) *process {
	t.Helper()
	log, err := os.OpenFile(filepath.Join(dir, r.Name+".log"), os.O_APPEND|os.O_CREATE|os.O_RDWR, 0o600)
	require.NoError(t, err)
	p := &process{t: t, role: r, log: log, fates: f}
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the end of %s's log:\n%s", r.Name, tail(log, 4096))
		}
		_ = log.Close()
	})
	return p
}

// start starts the next life.
func (p *process) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lives++
	p.role.Life = fmt.Sprintf("%s/%d", p.role.Name, p.lives)
	text, err := json.Marshal(p.role)
	require.NoError(p.t, err)
	program, err := os.Executable()
	require.NoError(p.t, err)
	p.cmd = exec.Command(program)
	p.cmd.Env = append(os.Environ(), roleVariable+"="+string(text))
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	// Should this process be killed: a child that runs sees the end of its
	// standard input, one that was stopped is killed by the kernel.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	p.stdin, err = p.cmd.StdinPipe()
	require.NoError(p.t, err)
	require.NoError(p.t, p.cmd.Start())
	cmd, exited := p.cmd, make(chan struct{})
	p.exited, p.asked = exited, false
	go func() {
		err := cmd.Wait()
		p.mu.Lock()
		p.err = err
		if !p.asked {
			p.t.Errorf("%s has ended by itself: %v", p.role.Life, err)
		}
		p.mu.Unlock()
		close(exited)
	}()
}

func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = p.asked || s == syscall.SIGKILL || s == syscall.SIGTERM
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(s) // it may have ended by itself, which wait reports
	}
}

func (p *process) life() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.role.Life
}

// wait blocks until the process has ended.
func (p *process) wait() error {
	p.mu.Lock()
	exited := p.exited
	p.mu.Unlock()
	if exited == nil {
		return nil
	}
	<-exited
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.stdin.Close() // Wait may have closed it already
	return p.err
}

// kill ends the life without a chance to do anything more.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	p.fates.mu.Lock()
	if life := p.life(); p.fates.killed[life].IsZero() {
		p.fates.killed[life] = time.Now()
	}
	p.fates.mu.Unlock()
	_ = p.wait() // "signal: killed"
}

// pause stops the process until resume is called.
func (p *process) pause() (resume func()) {
	life, begin := p.life(), time.Now()
	p.signal(syscall.SIGSTOP)
	return func() {
		p.signal(syscall.SIGCONT)
		p.fates.mu.Lock()
		defer p.fates.mu.Unlock()
		p.fates.stops[life] = append(p.fates.stops[life], stop{begin, time.Now()})
	}
}

// terminate ends the life in an orderly manner.
func (p *process) terminate() {
	p.signal(syscall.SIGTERM)
	if err := p.wait(); err != nil {
		p.t.Errorf("%s does not end as it should: %v", p.life(), err)
	}
	p.fates.mu.Lock()
	defer p.fates.mu.Unlock()
	p.fates.killed[p.life()] = time.Now()
}

// tail returns the end of a file.
func tail(file *os.File, n int64) string {
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err.Error()
	}
	text, err := io.ReadAll(io.NewSectionReader(file, max(end-n, 0), n))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
