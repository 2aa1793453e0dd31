package readme

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Packages tells the import paths that a package name may mean.
type Packages map[string][]string

// NewPackages makes the table from a list of import paths.
func NewPackages(paths []string) Packages {
	p := make(Packages)
	for _, path := range paths {
		name := packageName(path)
		p[name] = append(p[name], path)
	}
	return p
}

// packageName returns the name that an import path usually has.
func packageName(importPath string) string {
	name := path.Base(importPath)
	if rest, ok := strings.CutPrefix(name, "v"); ok {
		if _, err := strconv.Atoi(rest); err == nil {
			name = path.Base(path.Dir(importPath))
		}
	}
	return name
}

// Source returns the Go file that a block of the document stands for. Messages
// of the compiler about it name the document and the line there.
func (b Block) Source(document string, packages Packages) (string, error) {
	at := fmt.Sprintf("//line %s:%d\n", document, b.Line)
	var frame string // with a place for the imports
	switch {
	case b.Is("go", "program"):
		if b.Setup != "" {
			return "", fmt.Errorf("readme: line %d: a program has no setup", b.Line)
		}
		return at + b.Text, nil
	case b.Is("go", "decls"):
		frame = "package block\n%s\n" + escape(b.Setup) + "\n" + at + escape(b.Text)
	case b.Is("go", "body"):
		// A block of its own, so that the text may declare ctx itself.
		frame = "package block\n%s\n" + escape(b.Setup) + "\nfunc _(ctx context.Context) error {\n{\n" + at + escape(b.Text) + "}\n"
		if !returns(b.Text) {
			frame += "return nil\n"
		}
		frame += "}\n"
	default:
		return "", fmt.Errorf("readme: line %d: %q: one of go program, go program run, go body, go decls", b.Line, strings.Join(b.Info, " "))
	}
	imports, err := missingImports(fmt.Sprintf(frame, ""), packages)
	if err != nil {
		return "", fmt.Errorf("readme: line %d: %w", b.Line, err)
	}
	return fmt.Sprintf(frame, imports), nil
}

// escape protects text that becomes part of a format.
func escape(text string) string { return strings.ReplaceAll(text, "%", "%%") }

// returns reports whether the last statement of a body is a return: what would
// follow it could not be reached, and go vet says so.
func returns(body string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc _() {\n"+body+"\n}", parser.SkipObjectResolution)
	if err != nil {
		return false // the compiler says it better
	}
	fn, ok := file.Decls[0].(*ast.FuncDecl)
	if !ok || len(fn.Body.List) == 0 {
		return false
	}
	_, ok = fn.Body.List[len(fn.Body.List)-1].(*ast.ReturnStmt)
	return ok
}

// missingImports returns import declarations for the packages that a file uses
// and does not import.
func missingImports(source string, packages Packages) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), "", source, 0)
	if err != nil {
		return "", err
	}
	imported := make(map[string]bool)
	for _, spec := range file.Imports {
		importPath, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return "", err
		}
		if spec.Name != nil {
			imported[spec.Name.Name] = true
		} else {
			imported[packageName(importPath)] = true
		}
	}
	undeclared := make(map[*ast.Ident]bool)
	for _, id := range file.Unresolved {
		undeclared[id] = true
	}
	needed := make(map[string]bool)
	ambiguous := ""
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		id, ok := sel.X.(*ast.Ident)
		if !ok || !undeclared[id] || imported[id.Name] {
			return true
		}
		switch paths := packages[id.Name]; len(paths) {
		case 0: // a variable that is missing, perhaps; the compiler will say
		case 1:
			needed[paths[0]] = true
		default:
			ambiguous = fmt.Sprintf("%s may be any of %v: import it in the setup", id.Name, paths)
		}
		return true
	})
	if ambiguous != "" {
		return "", fmt.Errorf("%s", ambiguous)
	}
	var b strings.Builder
	for _, p := range slices.Sorted(maps.Keys(needed)) {
		fmt.Fprintf(&b, "import %q\n", p)
	}
	return b.String(), nil
}
