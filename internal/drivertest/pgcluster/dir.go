package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// dirPrefix is followed by the id of the process and a random number.
const dirPrefix = "ewspush-pg-"

// maxSocketDir leaves room in the 107 bytes of a socket's address for the
// socket's own name.
const maxSocketDir = 80

// account is who the server runs as: nil for the present user, who must not be
// root.
func account() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return nil, fmt.Errorf("pgcluster: user %s: %w", name, err)
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("pgcluster: PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
}

// makeDir makes the cluster's directory, which the tests' own would be too deep
// and too closed for, and removes those of processes that were killed.
func makeDir(account *syscall.Credential) (string, error) {
	parent := os.TempDir()
	if len(parent) > maxSocketDir-len(dirPrefix)-20 {
		parent = "/tmp"
	}
	sweep(parent)
	dir, err := os.MkdirTemp(parent, fmt.Sprintf("%s%d-", dirPrefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("pgcluster: %w", err)
	}
	if account != nil {
		if err := os.Chown(dir, int(account.Uid), int(account.Gid)); err != nil {
			return "", fmt.Errorf("pgcluster: %w", err)
		}
	}
	return dir, nil
}

// sweep removes the directories of processes that are gone, as far as it can.
func sweep(parent string) {
	dirs, err := filepath.Glob(filepath.Join(parent, dirPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range dirs {
		pid, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), dirPrefix), "-")
		if n, err := strconv.Atoi(pid); err == nil && errors.Is(syscall.Kill(n, 0), syscall.ESRCH) {
			_ = os.RemoveAll(dir)
		}
	}
}
