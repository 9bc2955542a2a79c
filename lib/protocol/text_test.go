package protocol_test

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
)

// Names as the testing package may find them; it makes some of them unique, and others printable.
var oddNames = []string{
	"plain", "plai", "plain2", "a.b", "a+b", "aab", "a|b", "a", "(a", "a)", "[a", "a]", "[a-c]", "{2}", "^a$", `\`, `\d`, "1",
	"a b", "a_b", "tab\t", "nul\x00", "ä", "ae", "it's", `"`, "$", "0,1,0,1", "0,1,0,1#01", "", "", "a", "#",
	"\xff", "*", "?", "x/y", "x//y", "/",
}

// run runs a test whose subtests have the odd names as `go test -run` does, and returns the names of
// those of them that ran.
func run(t *testing.T, pattern string) (ran []string) {
	for name, value := range map[string]string{"test.run": pattern, "test.v": "false", "test.count": "1"} {
		f := flag.Lookup(name)
		before := f.Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		defer flag.Set(name, before)
	}
	testing.RunTests(regexp.MatchString, []testing.InternalTest{
		{Name: "TestOdd", F: func(t *testing.T) {
			for _, name := range oddNames {
				t.Run(name, func(t *testing.T) { ran = append(ran, t.Name()) })
			}
		}},
		{Name: "TestOddity", F: func(t *testing.T) { ran = append(ran, t.Name()) }},
	})
	return ran
}

func TestPatternSelectsThatTest(t *testing.T) {
	all := run(t, "^TestOdd$")
	if len(all) != len(oddNames) {
		t.Fatalf("got %d subtests, want %d", len(all), len(oddNames))
	}
	for _, name := range all {
		if got := run(t, protocol.Pattern(name)); !slices.Equal(got, []string{name}) {
			t.Errorf("Pattern(%q) = %s selects %q", name, protocol.Pattern(name), got)
		}
	}
	if got := run(t, protocol.Pattern("TestOdd")); !slices.Equal(got, all) {
		t.Errorf("the pattern of the test itself selects %q", got)
	}
}

func TestSuffix(t *testing.T) {
	for call, want := range map[int]string{0: "", 1: "#01", 9: "#09", 10: "#10", 100: "#100"} {
		t.Run(fmt.Sprint(call), func(t *testing.T) {
			if got := protocol.Suffix(call); got != want {
				t.Errorf("Suffix(%d) = %q, want %q", call, got, want)
			}
		})
	}
}
