package layers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// none on the left of a rule stands for no package at all.
const none = "NONE"

// rule is one line of the rule text.
type rule struct {
	line        int
	left, right []string
	why         string
}

// Rules is a parsed rule text; rules.txt explains the notation.
type Rules struct {
	allow   []rule // left < right
	never   []rule // left !< right
	require []rule // require left
}

// ParseRules reads a rule text. Every mistake in it is part of the error.
func ParseRules(text string) (*Rules, error) {
	var (
		r    Rules
		errs []error
		why  []string
	)
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		comment, isComment := strings.CutPrefix(line, "#")
		switch {
		case line == "":
			why = nil
			continue
		case isComment:
			why = append(why, strings.TrimSpace(comment))
			continue
		case len(why) == 0:
			errs = append(errs, fmt.Errorf("line %d: %q has no reason: put a comment above it", i+1, line))
		}
		if err := r.add(rule{line: i + 1, why: strings.Join(why, " ")}, line); err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", i+1, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("layers: rules: %w", err)
	}
	return &r, nil
}

// add parses one line of the text into the rule that has its place and reason.
func (r *Rules) add(to rule, line string) error {
	if module, ok := strings.CutPrefix(line, "require "); ok {
		to.left = []string{strings.TrimSpace(module)}
		r.require = append(r.require, to)
		return nil
	}
	operator, list := "<", &r.allow
	if strings.Contains(line, "!<") {
		operator, list = "!<", &r.never
	}
	left, right, ok := strings.Cut(line, operator)
	if !ok {
		return fmt.Errorf("%q is neither A < B, nor A !< B, nor require M", line)
	}
	var err error
	if to.left, err = names(left); err != nil {
		return err
	}
	if to.right, err = names(right); err != nil {
		return err
	}
	*list = append(*list, to)
	return nil
}

// names splits a list of packages.
func names(list string) ([]string, error) {
	parts := strings.Split(list, ",")
	for i, p := range parts {
		parts[i] = strings.TrimSpace(p)
		if parts[i] == "" || strings.ContainsAny(parts[i], "< \t") {
			return nil, fmt.Errorf("%q is not a list of packages", strings.TrimSpace(list))
		}
	}
	return parts, nil
}

// allowed returns what a package, named as in the rules, may import: what the
// rules say of it, and the packages of the module below those.
func (r *Rules) allowed(pkg string) []string {
	var result []string
	var visit func(string, bool)
	visit = func(p string, direct bool) {
		for _, rule := range r.allow {
			if !slices.Contains(rule.right, p) {
				continue
			}
			for _, l := range rule.left {
				if l == none || slices.Contains(result, l) || !direct && !isLocal(l) {
					continue
				}
				result = append(result, l)
				if isLocal(l) {
					visit(l, false)
				}
			}
		}
	}
	visit(pkg, true)
	return result
}

// reasons joins the reasons why pkg may not import other: those of the rules
// that say what pkg may import, and, if other is of no concern to most packages,
// of those that say who may import it.
func (r *Rules) reasons(pkg, other string) string {
	var whys []string
	for _, rule := range r.allow {
		concerns := slices.Contains(rule.right, pkg) || !isLocal(other) && slices.Contains(rule.left, other)
		if concerns && !slices.Contains(whys, rule.why) {
			whys = append(whys, rule.why)
		}
	}
	return strings.Join(whys, " ")
}

// isLocal reports whether a name in the rules is a package of the module.
func isLocal(name string) bool { return strings.HasPrefix(name, "./") }
