package api

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// extension ends the name of every golden file.
const extension = ".txt"

// remedy is what to do about any difference.
const remedy = `run "make api", read the difference, and commit it with the change`

// Problems that Check finds.
var (
	// ErrMissing: the package has no golden file.
	ErrMissing = errors.New("no golden file")
	// ErrChanged: the golden file says something else.
	ErrChanged = errors.New("the API differs from its golden file")
	// ErrStale: the golden file belongs to no package.
	ErrStale = errors.New("a golden file without a package")
)

// Golden is a directory of golden files.
type Golden struct{ Dir string }

// file returns the path of the golden file of a package, which is given
// relative to the module: ews/ewstest has ews_ewstest.txt.
func (g Golden) file(pkg string) string {
	return filepath.Join(g.Dir, strings.ReplaceAll(pkg, "/", "_")+extension)
}

// Check compares the API of every package, by its path relative to the module,
// with the golden files. The error joins one for each difference.
func (g Golden) Check(apis map[string]string) error {
	var errs []error
	files := make(map[string]bool)
	for _, pkg := range sortedKeys(apis) {
		file := g.file(pkg)
		files[file] = true
		want, err := os.ReadFile(file)
		switch {
		case errors.Is(err, os.ErrNotExist):
			errs = append(errs, fmt.Errorf("api: %s: %w: %s", pkg, ErrMissing, remedy))
		case err != nil:
			errs = append(errs, fmt.Errorf("api: %s: %w", pkg, err))
		case string(want) != apis[pkg]:
			errs = append(errs, fmt.Errorf("api: %s: %w: %s\n%s", pkg, ErrChanged, remedy, difference(string(want), apis[pkg])))
		}
	}
	stale, err := g.stale(files)
	if err != nil {
		return err
	}
	for _, file := range stale {
		errs = append(errs, fmt.Errorf("api: %s: %w: %s", filepath.Base(file), ErrStale, remedy))
	}
	return errors.Join(errs...)
}

// Write makes the golden files say what Check is to find, and removes stale
// ones.
func (g Golden) Write(apis map[string]string) error {
	files := make(map[string]bool)
	for _, pkg := range sortedKeys(apis) {
		file := g.file(pkg)
		files[file] = true
		if err := os.WriteFile(file, []byte(apis[pkg]), 0o600); err != nil {
			return fmt.Errorf("api: %w", err)
		}
	}
	stale, err := g.stale(files)
	if err != nil {
		return err
	}
	for _, file := range stale {
		if err := os.Remove(file); err != nil {
			return fmt.Errorf("api: %w", err)
		}
	}
	return nil
}

// stale returns the golden files that are not among those given.
func (g Golden) stale(files map[string]bool) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(g.Dir, "*"+extension))
	if err != nil {
		return nil, fmt.Errorf("api: %w", err)
	}
	return slices.DeleteFunc(found, func(file string) bool { return files[file] }), nil
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
