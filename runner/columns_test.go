package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestAligned(t *testing.T) {
	rows := [][]string{{"outcome", "scenarios", ""}, {"残高 30", "4", "forbidden"}, {"👨\u200d👩\u200d👧", "1", ""}}
	want := "outcome  scenarios\n" +
		"残高 30  4          forbidden\n" +
		"👨\u200d👩\u200d👧       1\n"
	if diff := cmp.Diff(want, aligned(rows)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestQuotedName(t *testing.T) {
	for name, want := range map[string]string{
		"first":               `"first"`,
		"👨\u200d👩\u200d👧":     "\"👨\u200d👩\u200d👧\"",
		`say "no" to C:\temp`: `"say \"no\" to C:\\temp"`,
		"two\nlines":          `"two\nlines"`,
		"\x1b[31mred":         `"\x1b[31mred"`,
		"\xff":                `"\xff"`,
	} {
		if got := quotedName(name); got != want {
			t.Errorf("quotedName(%q) = %s, want %s", name, got, want)
		}
	}
}
