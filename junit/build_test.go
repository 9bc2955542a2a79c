package junit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/parse"
)

func built(path, output string) parse.Event {
	return parse.Event{Action: parse.ActionBuildOutput, ImportPath: path, Output: output}
}

func notBuilt(path string) parse.Event {
	return parse.Event{Action: parse.ActionBuildFail, ImportPath: path}
}

func unbuilt(path, build, kind string) []parse.Event {
	return []parse.Event{
		{Action: parse.ActionStart, Package: path},
		{Action: parse.ActionOutput, Package: path, Output: "FAIL\t" + path + " " + kind + "\n"},
		{Action: parse.ActionFail, Package: path, FailedBuild: build},
	}
}

func TestBuilds(t *testing.T) {
	t.Parallel()
	type failure struct{ Suite, Case, Text string }
	for _, test := range []struct {
		name   string
		events []parse.Event
		want   []failure
	}{
		{
			"one", stream(built("a", "a.go:1: no\n"), notBuilt("a"), unbuilt("a", "a", "[build failed]")),
			[]failure{{"a", "[build failed]", "a.go:1: no\n"}},
		},
		{
			"shared by two packages",
			stream(built("dep", "dep.go:1: no\n"), notBuilt("dep"), unbuilt("a", "dep", "[build failed]"), unbuilt("b", "dep", "[setup failed]")),
			[]failure{{"a", "[build failed]", "dep.go:1: no\n"}, {"b", "[setup failed]", "dep.go:1: no\n"}},
		},
		{
			"two of one package, which names one",
			stream(
				built("a [a.test]", "in\n"), notBuilt("a [a.test]"), built("a_test [a.test]", "ex\n"), notBuilt("a_test [a.test]"),
				unbuilt("a", "a_test [a.test]", "[build failed]"),
			),
			[]failure{{"a", "[build failed]", "in\nex\n"}},
		},
		{
			"of a package whose end is missing",
			stream(built("a.test", "a_test.go:1: no\n"), notBuilt("a.test")),
			[]failure{{"a", "[build failed]", "a_test.go:1: no\n"}},
		},
		{
			"without a word of the compiler", unbuilt("a", "a", "[build failed]"),
			[]failure{{"a", "[build failed]", "FAIL\ta [build failed]\n"}},
		},
		{
			"without import paths",
			stream(built("", "what?\n"), notBuilt(""), unbuilt("a", "", "[build failed]")),
			[]failure{{"[no package]", "[build failed]", "what?\n"}, {"a", "[package failed]", "FAIL\ta [build failed]\n"}},
		},
		{"a warning", stream(built("a", "warning\n")), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []failure
			for _, s := range written(t, Config{}, test.events...).Suites {
				for _, c := range s.Cases {
					got = append(got, failure{s.Name, c.Name, c.text()})
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTestedPackage(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"example.com/a":                           "example.com/a",
		"example.com/a.test":                      "example.com/a",
		"example.com/a [example.com/a.test]":      "example.com/a",
		"example.com/a_test [example.com/a.test]": "example.com/a",
		"example.com/dep [example.com/a.test]":    "example.com/a",
		"./no/such/folder":                        "./no/such/folder",
		"example.com/a []":                        "example.com/a",
	} {
		if got := testedPackage(path); got != want {
			t.Errorf("testedPackage(%q) = %q, want %q", path, got, want)
		}
	}
}
