package layers

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Violation is one breach of a rule.
type Violation struct {
	// What says which package or module is where it must not be.
	What string
	// Why is the reason of the rule.
	Why string
}

func (v Violation) String() string { return v.What + "\n\twhy: " + v.Why }

// Check returns every breach of the rules in the graph, in a stable order.
func (r *Rules) Check(g *Graph) []Violation {
	c := checker{rules: r, graph: g}
	c.names()
	c.cycles()
	c.imports()
	c.links()
	c.requires()
	return c.found
}

type checker struct {
	rules *Rules
	graph *Graph
	found []Violation
}

func (c *checker) add(why, format string, args ...any) {
	c.found = append(c.found, Violation{What: fmt.Sprintf(format, args...), Why: why})
}

// short returns an import path as the rules write it.
func (c *checker) short(path string) string {
	if rest, ok := strings.CutPrefix(path, c.graph.Module+"/"); ok && c.graph.Packages[path].Local {
		return "./" + rest
	}
	return path
}

// locals returns the module's packages that have code, in order.
func (c *checker) locals() []Package {
	var list []Package
	for _, path := range slices.Sorted(maps.Keys(c.graph.Packages)) {
		if p := c.graph.Packages[path]; p.Local && !p.Empty {
			list = append(list, p)
		}
	}
	return list
}

// names finds packages that no rule knows, and rules for packages that are not
// there.
func (c *checker) names() {
	exists := make(map[string]bool)
	for _, p := range c.locals() {
		exists[c.short(p.Path)] = true
	}
	known := make(map[string]bool)
	for _, rule := range slices.Concat(c.rules.allow, c.rules.never) {
		for _, name := range slices.Concat(rule.left, rule.right) {
			if isLocal(name) && !exists[name] {
				c.add("a rule for a package that does not exist guards nothing", "line %d: no package %s", rule.line, name)
			}
		}
	}
	for _, rule := range c.rules.allow {
		for _, name := range rule.right {
			known[name] = true
		}
	}
	for _, p := range c.locals() {
		if name := c.short(p.Path); !known[name] {
			c.add("every package has its place: write \"... < "+name+"\"", "%s is on the right of no rule", name)
		}
	}
}

// cycles finds packages that the rules put below themselves.
func (c *checker) cycles() {
	for _, p := range c.locals() {
		if name := c.short(p.Path); slices.Contains(c.rules.allowed(name), name) {
			c.add(c.rules.reasons(name, name), "%s is below itself", name)
		}
	}
}

// imports finds direct imports that no rule allows.
func (c *checker) imports() {
	for _, p := range c.locals() {
		name := c.short(p.Path)
		allowed := c.rules.allowed(name)
		for _, path := range p.Imports {
			imported := c.short(path)
			if c.governed(path) && !slices.Contains(allowed, imported) {
				c.add(c.rules.reasons(name, imported), "%s imports %s", name, imported)
			}
		}
	}
}

// governed reports whether an import needs a rule that allows it.
func (c *checker) governed(path string) bool {
	if !c.graph.Packages[path].Standard {
		return true
	}
	return slices.ContainsFunc(c.rules.allow, func(r rule) bool { return slices.Contains(r.left, path) })
}

// links finds what must not be linked, and says by which way it is.
func (c *checker) links() {
	for _, rule := range c.rules.never {
		for _, p := range c.locals() {
			name := c.short(p.Path)
			if !slices.Contains(rule.right, "*") && !slices.Contains(rule.right, name) {
				continue
			}
			for _, way := range c.ways(p.Path, rule.left) {
				c.add(rule.why, "%s links %s: %s", name, way[len(way)-1], strings.Join(way, " → "))
			}
		}
	}
}

// ways returns, for each forbidden package that is reachable from a package, a
// shortest chain of imports to it. It does not look behind a forbidden one.
func (c *checker) ways(from string, forbidden []string) [][]string {
	var result [][]string
	seen := map[string]bool{from: true}
	for queue := [][]string{{from}}; len(queue) > 0; queue = queue[1:] {
		way := queue[0]
		last := way[len(way)-1]
		if last != from && slices.ContainsFunc(forbidden, func(f string) bool { return matches(f, c.short(last)) }) {
			for i, path := range way {
				way[i] = c.short(path)
			}
			result = append(result, way)
			continue
		}
		for _, next := range c.graph.Packages[last].Imports {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, append(slices.Clone(way), next))
			}
		}
	}
	return result
}

// matches reports whether an import path is meant by a name, which may end in
// "/..." for everything below it.
func matches(name, path string) bool {
	prefix, tree := strings.CutSuffix(name, "/...")
	return path == prefix || tree && strings.HasPrefix(path, prefix+"/")
}

// requires compares the direct requirements of go.mod with the rules.
func (c *checker) requires() {
	var listed []string
	for _, rule := range c.rules.require {
		listed = append(listed, rule.left...)
		if !slices.Contains(c.graph.Requires, rule.left[0]) {
			c.add(rule.why, "line %d: go.mod does not require %s", rule.line, rule.left[0])
		}
	}
	for _, module := range c.graph.Requires {
		if !slices.Contains(listed, module) {
			c.add("every requirement has a written reason: add \"require "+module+"\" with one", "go.mod requires %s", module)
		}
	}
}
