package runner

import (
	"fmt"
	"slices"
	"testing"
)

// TestTogether shares out packages among go commands: the binaries of each have different names.
func TestTogether(t *testing.T) {
	many := make([]string, mostTogether+2)
	for i := range many {
		many[i] = fmt.Sprint("m/p", i)
	}
	for _, c := range []struct {
		name     string
		packages []string
		want     [][]string
	}{
		{"one is built alone", []string{"m/a"}, nil},
		{"all", []string{"m/a", "m/b", "m"}, [][]string{{"m/a", "m/b", "m"}}},
		{"the same name", []string{"m/a", "m/b", "m/x/a", "m/x/b", "m/y/a"}, [][]string{{"m/a", "m/b"}, {"m/x/a", "m/x/b"}}},
		{"in another case", []string{"m/a", "m/b", "m/x/A"}, [][]string{{"m/a", "m/b"}}},
		{"versions", []string{"m/v2", "m", "m/v1", "v2", "m/v02"}, [][]string{{"m/v2", "m/v1", "v2", "m/v02"}}},
		{"files", []string{commandLine, "m"}, nil},
		{"many", many, [][]string{many[:mostTogether], many[mostTogether:]}},
	} {
		t.Run(c.name, func(t *testing.T) {
			packages := []*huntPackage{{name: "m/none"}, {name: "m/there", hasTests: true, path: "there.test"}}
			for _, name := range c.packages {
				packages = append(packages, &huntPackage{name: name, hasTests: true})
			}
			var got [][]string
			for _, several := range together(packages) {
				var names []string
				for _, p := range several {
					names = append(names, p.name)
				}
				got = append(got, names)
			}
			if !slices.EqualFunc(got, c.want, slices.Equal[[]string]) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
