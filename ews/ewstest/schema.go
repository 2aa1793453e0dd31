package ewstest

import (
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ewspush/ewspush/ews"
)

// rule is what the schema says about an element.
type rule struct {
	space, name string
	alias       string // another namespace in which servers have been seen to take it
	optional    bool
	repeated    bool
	attributes  []attributeRule
	group       []rule              // no element of its own: one of these
	children    []rule              // in this order, unless choice
	choice      bool                // any one of children
	choices     bool                // one or more of children in any order
	text        func(string) string // says what is wrong with the text, "" for nothing; nil: there must be none
	any         bool                // anything inside
}

type attributeRule struct {
	name     string
	required bool
	text     func(string) string
}

// violation is a place where a request breaks the schema.
type violation struct {
	line, column int
	text         string
}

func (e *element) violates(format string, args ...any) *violation {
	return &violation{line: e.line, column: e.column, text: fmt.Sprintf(format, args...)}
}

// check returns the first violation in e, or nil.
func (r *rule) check(e *element) *violation {
	for i := range r.group {
		if r.group[i].matches(e) {
			return r.group[i].check(e)
		}
	}
	if r.any {
		return nil
	}
	if v := r.checkAttributes(e); v != nil {
		return v
	}
	if r.text != nil {
		if len(e.children) > 0 {
			c := e.children[0]
			return c.violates("The element %s cannot contain child element %s because the parent element's content model is text only.", quoted(e.space, e.name), quoted(c.space, c.name))
		}
		if reason := r.text(strings.TrimSpace(e.text)); reason != "" {
			return e.violates("The '%s:%s' element is invalid - The value '%s' is invalid according to its datatype - %s", e.space, e.name, strings.TrimSpace(e.text), reason)
		}
		return nil
	}
	if strings.TrimSpace(e.text) != "" {
		return e.violates("The element %s cannot contain text.", quoted(e.space, e.name))
	}
	if r.choice || r.choices {
		return r.checkChoice(e)
	}
	return r.checkSequence(e)
}

func (r *rule) checkAttributes(e *element) *violation {
	for _, a := range e.attributes {
		i := slices.IndexFunc(r.attributes, func(ar attributeRule) bool { return ar.name == a.Name.Local && a.Name.Space == "" })
		if i < 0 {
			if a.Name.Space == "http://www.w3.org/2001/XMLSchema-instance" {
				continue // xsi:type, xsi:schemaLocation
			}
			return e.violates("The '%s' attribute is not declared.", a.Name.Local)
		}
		if reason := r.attributes[i].text(a.Value); reason != "" {
			return e.violates("The '%s' attribute is invalid - The value '%s' is invalid according to its datatype - %s", a.Name.Local, a.Value, reason)
		}
	}
	for _, ar := range r.attributes {
		if ar.required && !slices.ContainsFunc(e.attributes, func(a xml.Attr) bool { return a.Name.Local == ar.name && a.Name.Space == "" }) {
			return e.violates("The required attribute '%s' is missing.", ar.name)
		}
	}
	return nil
}

func (r *rule) checkChoice(e *element) *violation {
	if len(e.children) == 0 {
		return r.incomplete(e, r.children)
	}
	for i, c := range e.children {
		j := slices.IndexFunc(r.children, func(cr rule) bool { return cr.matches(c) })
		if j < 0 || i > 0 && r.choice {
			return r.invalid(e, c, r.children)
		}
		if v := r.children[j].check(c); v != nil {
			return v
		}
	}
	return nil
}

func (r *rule) checkSequence(e *element) *violation {
	i, n := 0, 0 // the next rule, and how often it has matched
	for _, c := range e.children {
		start := i
		if n > 0 && !r.children[i].repeated {
			start++
		}
		for i < len(r.children) && !(r.children[i].matches(c) && (n == 0 || r.children[i].repeated)) {
			if n == 0 && !r.children[i].optional {
				return r.invalid(e, c, r.expected(start))
			}
			i, n = i+1, 0
		}
		if i == len(r.children) {
			return r.invalid(e, c, r.expected(start))
		}
		if v := r.children[i].check(c); v != nil {
			return v
		}
		n++
	}
	if n > 0 {
		i++
	}
	for j := i; j < len(r.children); j++ {
		if !r.children[j].optional {
			return r.incomplete(e, r.expected(i))
		}
	}
	return nil
}

// expected returns the rules that may match next, up to the first that must.
func (r *rule) expected(from int) []rule {
	for i := from; i < len(r.children); i++ {
		if !r.children[i].optional {
			return r.children[from : i+1]
		}
	}
	return r.children[min(from, len(r.children)):]
}

func (r *rule) matches(e *element) bool {
	if r.group != nil {
		return slices.ContainsFunc(r.group, func(one rule) bool { return one.matches(e) })
	}
	return r.name == e.name && (r.space == e.space || r.alias != "" && r.alias == e.space)
}

func (r *rule) invalid(e, c *element, expected []rule) *violation {
	return c.violates("The element %s has invalid child element %s.%s", quoted(e.space, e.name), quoted(c.space, c.name), list(expected))
}

func (r *rule) incomplete(e *element, expected []rule) *violation {
	return e.violates("The element %s has incomplete content.%s", quoted(e.space, e.name), list(expected))
}

func list(expected []rule) string {
	if len(expected) == 0 {
		return ""
	}
	var names []string
	space := ""
	for _, r := range expected {
		for _, one := range append(slices.Clip(r.group), r) {
			if one.name != "" {
				names, space = append(names, one.name), one.space
			}
		}
	}
	return fmt.Sprintf(" List of possible elements expected: '%s' in namespace '%s'.", strings.Join(names, ", "), space)
}

func quoted(space, name string) string {
	if space == "" {
		return "'" + name + "'"
	}
	return "'" + name + "' in namespace '" + space + "'"
}

// The simple types of the schema.

func anyText(string) string { return "" }

func nonEmpty(s string) string {
	if s == "" {
		return "The actual length is less than the MinLength value."
	}
	return ""
}

func boolean(s string) string {
	return oneOf("true", "false", "1", "0")(s)
}

func between(low, high int) func(string) string {
	return func(s string) string {
		n, err := strconv.Atoi(s)
		switch {
		case err != nil:
			return fmt.Sprintf("The string '%s' is not a valid Int32 value.", s)
		case n < low:
			return "The MinInclusive constraint failed."
		case n > high:
			return "The MaxInclusive constraint failed."
		default:
			return ""
		}
	}
}

func oneOf(values ...string) func(string) string {
	return func(s string) string {
		if slices.Contains(values, s) {
			return ""
		}
		return "The Enumeration constraint failed."
	}
}

func message(name string, r rule) rule {
	r.space, r.name = ews.NamespaceMessages, name
	return r
}

func typed(name string, r rule) rule {
	r.space, r.name = ews.NamespaceTypes, name
	return r
}
