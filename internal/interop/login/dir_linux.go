package login

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// Dir is where the files of a test's programs are.
type Dir struct {
	Path    string
	account *syscall.Credential // who the programs run as, nil: the present user
}

// NewDir makes a directory that is removed at the end of the test.
func NewDir(tb testing.TB) *Dir {
	tb.Helper()
	d, err := newDir()
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := os.RemoveAll(d.Path); err != nil {
			tb.Error(err)
		}
	})
	return d
}

func newDir() (*Dir, error) {
	path, err := os.MkdirTemp("", "ewspush-login-") // the test's own would be closed to nobody
	if err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	d := &Dir{Path: path}
	if os.Geteuid() != 0 {
		return d, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, fmt.Errorf("login: %w", err)
	}
	uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(uidErr, gidErr); err != nil {
		return nil, fmt.Errorf("login: user nobody: %w", err)
	}
	d.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return d, d.own(path)
}

func (d *Dir) own(path string) error {
	if d.account == nil {
		return nil
	}
	return os.Chown(path, int(d.account.Uid), int(d.account.Gid))
}

// Write makes a file that the programs can read, and returns its path.
func (d *Dir) Write(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(d.Path, name)
	if err := errors.Join(os.WriteFile(path, []byte(text), 0o600), d.own(path)); err != nil {
		tb.Fatal(err)
	}
	return path
}

// Port returns a port of the loopback interface that is free for tcp and udp.
// Nothing keeps others from taking it before it is used.
func Port(tb testing.TB) int {
	tb.Helper()
	for range 20 {
		tcp, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			tb.Fatal(err)
		}
		port := tcp.Addr().(*net.TCPAddr).Port
		udp, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
		if closeErr := tcp.Close(); closeErr != nil {
			tb.Fatal(closeErr)
		}
		if err == nil {
			if err := udp.Close(); err != nil {
				tb.Fatal(err)
			}
			return port
		}
	}
	tb.Fatal("login: no port is free for both tcp and udp")
	return 0
}
