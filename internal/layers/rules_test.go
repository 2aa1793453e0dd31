package layers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const testModule = "example.com/m"

// testRules is a small world: base below left and right, both below top; sql
// only for left; yaml nowhere.
const testRules = `
# base is the bottom
NONE < ./base
example.com/charset < ./base

# the halves do not meet
./base < ./left, ./right
database/sql < ./left

# top joins
./left, ./right < ./top

# no YAML
example.com/yaml/... !< *

# only tests assert
require example.com/assert
`

// testGraph makes a graph from lines "package: imports". Packages of the module
// are written ./x, packages of the standard library have no dot in their first
// element.
func testGraph(lines ...string) *Graph {
	path := func(name string) string { return strings.Replace(name, "./", testModule+"/", 1) }
	g := &Graph{Module: testModule, Requires: []string{"example.com/assert"}, Packages: make(map[string]Package)}
	for _, line := range lines {
		name, imports, _ := strings.Cut(line, ":")
		p := Package{Path: path(name), Local: isLocal(name), Standard: !strings.Contains(strings.Split(name, "/")[0], ".")}
		for i := range strings.FieldsSeq(imports) {
			p.Imports = append(p.Imports, path(i))
		}
		g.Packages[p.Path] = p
	}
	return g
}

// sound is a graph that keeps testRules; later lines of the same package
// replace earlier ones.
func sound(changes ...string) *Graph {
	return testGraph(append([]string{
		"./base: io example.com/charset",
		"./left: ./base database/sql",
		"./right: ./base io",
		"./top: ./left ./right ./base",
		"io:",
		"testing:",
		"database/sql: io",
		"example.com/charset:",
		"example.com/log: example.com/yaml/v3",
		"example.com/yaml/v3: io",
	}, changes...)...)
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name  string
		graph *Graph
		want  []Violation
	}{
		{name: "sound", graph: sound()},
		{
			name:  "sideways",
			graph: sound("./left: ./base ./right"),
			want:  []Violation{{"./left imports ./right", "the halves do not meet"}},
		},
		{
			name:  "upwards",
			graph: sound("./base: ./top"),
			want:  []Violation{{"./base imports ./top", "base is the bottom"}},
		},
		{
			name:  "another module is not inherited",
			graph: sound("./right: example.com/charset"),
			want:  []Violation{{"./right imports example.com/charset", "base is the bottom the halves do not meet"}},
		},
		{
			name:  "a package of the standard library under a rule",
			graph: sound("./right: database/sql"),
			want:  []Violation{{"./right imports database/sql", "the halves do not meet"}},
		},
		{
			name:  "unknown module",
			graph: sound("./top: example.com/zap", "example.com/zap:"),
			want:  []Violation{{"./top imports example.com/zap", "top joins"}},
		},
		{
			name:  "linked indirectly, found in every package that links it",
			graph: sound("example.com/charset: example.com/log"),
			want: []Violation{
				{"./base links example.com/yaml/v3: ./base → example.com/charset → example.com/log → example.com/yaml/v3", "no YAML"},
				{"./left links example.com/yaml/v3: ./left → ./base → example.com/charset → example.com/log → example.com/yaml/v3", "no YAML"},
				{"./right links example.com/yaml/v3: ./right → ./base → example.com/charset → example.com/log → example.com/yaml/v3", "no YAML"},
				{"./top links example.com/yaml/v3: ./top → ./base → example.com/charset → example.com/log → example.com/yaml/v3", "no YAML"},
			},
		},
		{
			name:  "a package without a place",
			graph: sound("./util: io"),
			want:  []Violation{{"./util is on the right of no rule", `every package has its place: write "... < ./util"`}},
		},
		{
			name: "a rule without a package",
			graph: func() *Graph {
				g := sound()
				delete(g.Packages, testModule+"/top")
				return g
			}(),
			want: []Violation{{"line 11: no package ./top", "a rule for a package that does not exist guards nothing"}},
		},
		{
			name: "one requirement more and one less",
			graph: func() *Graph {
				g := sound()
				g.Requires = []string{"example.com/left-pad"}
				return g
			}(),
			want: []Violation{
				{"line 17: go.mod does not require example.com/assert", "only tests assert"},
				{"go.mod requires example.com/left-pad", `every requirement has a written reason: add "require example.com/left-pad" with one`},
			},
		},
	}
	rules, err := ParseRules(testRules)
	require.NoError(t, err)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, test.want, rules.Check(test.graph))
		})
	}
}

func TestCheckTestOnlyPackage(t *testing.T) {
	rules, err := ParseRules(testRules)
	require.NoError(t, err)
	g := sound()
	g.Packages[testModule+"/checks"] = Package{Path: testModule + "/checks", Local: true, Empty: true}
	require.Empty(t, rules.Check(g))
}

func TestCheckCycle(t *testing.T) {
	rules, err := ParseRules("# one\n./a < ./b\n\n# two\n./b < ./a\n")
	require.NoError(t, err)
	require.Equal(t, []Violation{
		{"./a is below itself", "two"},
		{"./b is below itself", "one"},
	}, rules.Check(&Graph{Module: testModule, Packages: testGraph("./a:", "./b:").Packages}))
}

func TestCheckLocalTree(t *testing.T) {
	rules, err := ParseRules("# demo\nNONE < ./a, ./examples/x\n\n# never\n./examples/... !< *\n")
	require.NoError(t, err)
	g := &Graph{Module: testModule, Packages: testGraph("./a: ./examples/x", "./examples/x:").Packages}
	found := rules.Check(g)
	require.Contains(t, found, Violation{"./a links ./examples/x: ./a → ./examples/x", "never"})
}

func TestParseRulesErrors(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no reason", "./a < ./b", `line 1: "./a < ./b" has no reason`},
		{"reason of another block", "# why\n\n./a < ./b", "line 3: "},
		{"no operator", "# why\n./a ./b", `line 2: "./a ./b" is neither`},
		{"nothing on the left", "# why\n< ./b", `line 2: "" is not a list`},
		{"empty element", "# why\n./a, < ./b", `line 2: "./a," is not a list`},
		{"two operators", "# why\n./a < ./b < ./c", `line 2: "./b < ./c" is not a list`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := ParseRules(test.text)
			require.ErrorContains(t, err, "layers: rules: ")
			require.ErrorContains(t, err, test.want)
		})
	}
}

// FuzzParseRules: a rule text is accepted or refused, and what is accepted can
// be applied.
func FuzzParseRules(f *testing.F) {
	f.Add(testRules)
	f.Add("# x\na !< *\nrequire \n./a < ./a")
	f.Fuzz(func(_ *testing.T, text string) {
		if rules, err := ParseRules(text); err == nil {
			rules.Check(sound())
		}
	})
}
