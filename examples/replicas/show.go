package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// troupe is the processes.
type troupe struct {
	board   *board
	office  *office
	role    role // what all have in common
	socket  *os.File
	running map[string]*process
}

// patience is how long anything may take before the demonstration gives up.
const patience = 20 * time.Second

// show plays the demonstration.
func show(ctx context.Context, b *board, db *database) (err error) {
	office := newOffice(b)
	defer office.exchange.Close()
	b.line("start", "a fake Exchange with %d rooms on %s", len(office.names), office.exchange.URL())

	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	// The receiver inherits the socket: whoever is started under the same
	// address goes on with it.
	socket, err := listener.(*net.TCPListener).File()
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	t := &troupe{
		board: b, office: office, socket: socket, running: make(map[string]*process),
		role: role{DSN: db.dsn, Callback: "http://" + listener.Addr().String() + "/ews", Secret: secret},
	}
	if err := listener.Close(); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, t.endAll(), socket.Close())
		if err == nil && ctx.Err() == nil {
			err = t.judge()
		}
	}()
	return t.play(ctx)
}

// play is what happens. It ends early with ctx.
func (t *troupe) play(ctx context.Context) error {
	for _, worker := range []string{"", "A", "B", "C"} {
		if err := t.start(ctx, worker); err != nil {
			return err
		}
	}
	if err := t.until(ctx, "the first comparison of every room", t.office.ready); err != nil {
		return err
	}

	working, enough := context.WithCancel(ctx)
	defer enough()
	var people sync.WaitGroup
	people.Go(func() { t.office.live(working) })
	defer people.Wait()
	defer enough()
	if !sleep(ctx, 5*time.Second) {
		return nil
	}
	victim := t.office.busiest()
	t.board.line("***", "worker %s is killed, as by kill -9; its rooms wait until its lease of %v is over", victim, lease)
	if err := t.kill(victim); err != nil {
		return err
	}
	if !sleep(ctx, 2*lease+2*time.Second) {
		return nil
	}
	t.board.line("***", "worker %s is started again, and gets its share", victim)
	if err := t.start(ctx, victim); err != nil || !sleep(ctx, 5*time.Second) {
		return err
	}
	enough()
	people.Wait()
	return t.until(ctx, "everything to be handled", func() bool {
		lost, err := t.office.lost()
		return err == nil && lost == 0
	})
}

// start starts a worker, or the receiver if the name is empty, and waits until
// it works.
func (t *troupe) start(ctx context.Context, worker string) error {
	r := t.role
	r.Worker = worker
	if worker != "" {
		r.Exchange, r.Rooms = t.office.exchange.URL(), t.office.rooms
	}
	p, err := start(r, t.socket, func(line report) { t.office.told(r.name(), line) })
	if err != nil {
		return err
	}
	t.running[worker] = p
	t.board.line("start", "%s, process %d", r.name(), p.cmd.Process.Pid)
	select {
	case <-p.ready:
		return nil
	case err := <-p.done:
		p.done <- err // for endAll
		return fmt.Errorf("%s has ended", r.name())
	case <-ctx.Done():
		return nil
	case <-time.After(patience):
		return fmt.Errorf("%s is not ready after %v", r.name(), patience)
	}
}

func (t *troupe) kill(worker string) error {
	p := t.running[worker]
	delete(t.running, worker)
	return p.kill()
}

// until waits for what the processes do.
func (t *troupe) until(ctx context.Context, what string, done func() bool) error {
	deadline := time.Now().Add(patience)
	for !done() {
		if time.Now().After(deadline) {
			return fmt.Errorf("waited in vain, for %v, for %s", patience, what)
		}
		if !sleep(ctx, 50*time.Millisecond) {
			return nil
		}
	}
	return nil
}

// endAll ends the processes in good order: the receiver last, so that nobody
// calls in vain.
func (t *troupe) endAll() error {
	var err error
	for _, worker := range []string{"A", "B", "C", ""} {
		if p := t.running[worker]; p != nil {
			err = errors.Join(err, p.end())
			t.board.line("end", "%s", p.role.name())
		}
	}
	return err
}

func (t *troupe) judge() error {
	lost, err := t.office.lost()
	if err != nil {
		return err
	}
	t.board.text("\n%s\n", t.office.summary(lost))
	if lost > 0 {
		return fmt.Errorf("%d events were lost", lost)
	}
	return nil
}
