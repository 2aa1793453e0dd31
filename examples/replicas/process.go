package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
)

// process is a worker or the receiver, a process of its own.
type process struct {
	role  role
	cmd   *exec.Cmd
	stdin io.WriteCloser // it ends when this is closed
	ready chan struct{}  // closed when it works
	done  chan error     // how it ended
}

// start starts a process. tell is called for each of its reports, one at a
// time.
func start(r role, socket *os.File, tell func(report)) (*process, error) {
	text, err := json.Marshal(r) //nolint:gosec // G117: the secret is for the child's eyes, in an environment of its own
	if err != nil {
		return nil, err
	}
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{role: r, ready: make(chan struct{}), done: make(chan error, 1)}
	p.cmd = exec.Command(program) //nolint:gosec,noctx // G204: this program; it ends with stdin, in good order
	p.cmd.Env = append(os.Environ(), roleVariable+"="+string(text))
	p.cmd.Stderr = os.Stderr
	p.cmd.ExtraFiles = []*os.File{socket}
	p.stdin, err = p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		err := p.read(stdout, tell)
		p.done <- errors.Join(p.cmd.Wait(), err)
	}()
	return p, nil
}

func (p *process) read(stdout io.Reader, tell func(report)) error {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		var r report
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return fmt.Errorf("%s says %q: %w", p.role.name(), lines.Text(), err)
		}
		if r.Ready {
			close(p.ready)
			continue
		}
		tell(r)
	}
	return lines.Err()
}

// end asks the process to end, and waits until it has.
func (p *process) end() error {
	_ = p.stdin.Close() // unless it has ended by itself
	if err := <-p.done; err != nil {
		return fmt.Errorf("%s: %w", p.role.name(), err)
	}
	return nil
}

// kill ends the process as kill -9 does, and waits until it is gone.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	if err := <-p.done; err == nil { // "signal: killed" is what is wanted
		return fmt.Errorf("%s had ended by itself", p.role.name())
	}
	return nil
}
