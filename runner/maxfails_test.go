package runner

import (
	"strings"
	"testing"

	"github.com/orchtest/orchtest/parse"
)

func TestFailLimit(t *testing.T) {
	for _, test := range []struct {
		name   string
		ends   string // of package p: "fail T", or "fail" for the package
		failed int
		whole  bool
	}{
		{"passed", "pass A, skip B, pass", 0, true},
		{"one", "fail A, fail", 1, true},
		{"a scenario and its test", "fail A/0,1, pass A/1,0, fail A, fail", 1, true},
		{"two subtests, of subtests", "fail A/b/c, fail A/b/d, fail A/b, fail A", 2, false},
		{"a test again, by itself", "fail A/b, fail A, fail A", 2, false},
		{"a parent that passed", "fail A/b, pass A, fail A", 2, false},
		{"the limit", "fail A, fail B, fail C, fail", 3, false},
		{"the limit, in another package's last test", "fail A, fail B, fail C, pass", 3, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			reached := 0
			l := newFailLimit(3, func() { reached++ })
			for end := range strings.SplitSeq(test.ends, ", ") {
				action, name, _ := strings.Cut(end, " ")
				l.event(parse.Event{Action: action, Package: "p", Test: name}, false)
			}
			if l.failed != test.failed || l.whole["p"] != test.whole || reached != test.failed/3 {
				t.Errorf("got %d failed, whole %v, reached %d times, want %d, %v", l.failed, l.whole["p"], reached, test.failed, test.whole)
			}
			if len(l.above) > 0 && test.whole {
				t.Errorf("it keeps %v", l.above)
			}
		})
	}
}
