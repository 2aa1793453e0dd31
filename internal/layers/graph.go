package layers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
)

// Package is one package of an import graph, without its test files.
type Package struct {
	// Path is the import path.
	Path string
	// Imports are the import paths of the direct imports.
	Imports []string
	// Standard reports whether the package is of the standard library.
	Standard bool
	// Local reports whether the package is of the module being checked.
	Local bool
	// Empty reports whether the package has test files only.
	Empty bool
}

// Graph is what a module's packages import, directly and indirectly.
type Graph struct {
	// Module is the path of the module being checked.
	Module string
	// Requires are the paths of the modules that its go.mod requires
	// directly.
	Requires []string
	// Packages holds every package of the module and every dependency, by
	// import path.
	Packages map[string]Package
}

// Load reads the graph of the module whose root is the directory dir, by means
// of the go command.
func Load(ctx context.Context, dir string) (*Graph, error) {
	g := &Graph{Packages: make(map[string]Package)}
	if err := g.loadModule(ctx, dir); err != nil {
		return nil, fmt.Errorf("layers: go.mod: %w", err)
	}
	if err := g.loadPackages(ctx, dir); err != nil {
		return nil, fmt.Errorf("layers: packages: %w", err)
	}
	return g, nil
}

func (g *Graph) loadModule(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, dir, "mod", "edit", "-json")
	if err != nil {
		return err
	}
	var mod struct {
		Module  struct{ Path string }
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return err
	}
	g.Module = mod.Module.Path
	for _, r := range mod.Require {
		if !r.Indirect {
			g.Requires = append(g.Requires, r.Path)
		}
	}
	return nil
}

func (g *Graph) loadPackages(ctx context.Context, dir string) error {
	out, err := goCommand(ctx, dir, "list", "-deps", "-json=ImportPath,Imports,Standard,Module,GoFiles,CgoFiles", "./...")
	if err != nil {
		return err
	}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath        string
			Imports           []string
			Standard          bool
			Module            *struct{ Main bool }
			GoFiles, CgoFiles []string
		}
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		g.Packages[p.ImportPath] = Package{
			Path:     p.ImportPath,
			Imports:  p.Imports,
			Standard: p.Standard,
			Local:    p.Module != nil && p.Module.Main,
			Empty:    len(p.GoFiles)+len(p.CgoFiles) == 0,
		}
	}
}

// goCommand returns what the go command prints, or its complaint as the error.
func goCommand(ctx context.Context, dir string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, stderr.Bytes())
	}
	return out, nil
}
