package readme

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// place is the directory that a source is imagined to be in, relative to the
// module. Its one file is replaced for the compiler.
const place = "./internal/readme/testdata/block"

// Workspace compiles Go files as if they were packages of a module, without
// writing into the module's directory.
type Workspace struct {
	// Root is the absolute path of the module's directory.
	Root string
	// Temp is a directory for files that are not kept.
	Temp string
}

// Check builds and vets a source as a package of its own, and returns what the
// go command has to say against it as the error. The name is that of its files
// in Temp.
func (w Workspace) Check(ctx context.Context, name, source string) error {
	overlay, err := w.overlay(name, source)
	if err != nil {
		return err
	}
	if _, err := w.goCommand(ctx, "build", "-o", os.DevNull, "-overlay", overlay, place); err != nil {
		return err
	}
	_, err = w.goCommand(ctx, "vet", "-overlay", overlay, place)
	return err
}

// Run builds a source, which must be a program, and returns what it prints on
// its standard output. An exit code other than 0 is an error.
func (w Workspace) Run(ctx context.Context, name, source string) (string, error) {
	overlay, err := w.overlay(name, source)
	if err != nil {
		return "", err
	}
	program := filepath.Join(w.Temp, name+".exe")
	if _, err := w.goCommand(ctx, "build", "-o", program, "-overlay", overlay, place); err != nil {
		return "", err
	}
	return run(exec.CommandContext(ctx, program))
}

// overlay writes the source outside the module and the file that tells the go
// command where in the module to imagine it.
func (w Workspace) overlay(name, source string) (string, error) {
	file := filepath.Join(w.Temp, name+".go")
	if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
		return "", fmt.Errorf("readme: %w", err)
	}
	imagined := filepath.Join(w.Root, filepath.FromSlash(place), "block.go")
	content, err := json.Marshal(map[string]map[string]string{"Replace": {imagined: file}})
	if err != nil {
		return "", fmt.Errorf("readme: %w", err)
	}
	overlay := filepath.Join(w.Temp, name+".json")
	if err := os.WriteFile(overlay, content, 0o600); err != nil {
		return "", fmt.Errorf("readme: %w", err)
	}
	return overlay, nil
}

func (w Workspace) goCommand(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = w.Root
	return run(cmd)
}

func run(cmd *exec.Cmd) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("readme: %s: %w\n%s", strings.Join(cmd.Args, " "), err, stderr.Bytes())
	}
	return stdout.String(), nil
}
