package repo

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// Files returns the slash-separated paths, relative to root, of all files under
// root, except in directories whose name begins with a dot.
//
// It opens every directory. For go test that is more than a by-product: a
// cached result of a test is used again only if nothing has changed in what the
// test itself has opened, and what it has the go command read does not count.
// A test that asks the go command calls Files first.
func Files(root string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != root && strings.HasPrefix(d.Name(), ".") {
				return filepath.SkipDir
			}
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		files = append(files, filepath.ToSlash(rel))
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("repo: %w", err)
	}
	slices.Sort(files)
	return files, nil
}
