package junit

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

func TestReruns(t *testing.T) {
	for _, test := range []struct {
		name string
		runs string // what became of tests, those that are run again after a number; then of the package
		want []string
	}{
		{"no rerun", "fail A, fail A, fail", []string{"failure", "failure"}},
		{"passed at last", "fail A, pass B, fail, 1, pass A, pass", []string{"flaky 1", "passed"}},
		{"failed once more", "fail A, fail, 1, fail A, fail, 2, pass A, pass", []string{"flaky 2"}},
		{"failed to the last", "fail A, fail, 1, fail A, fail, 2, fail A, fail", []string{"failure, rerun 2"}},
		{"was skipped then", "fail A, fail, 1, skip A, pass", []string{"failure"}},
		{"did not end then", "fail A, fail, 1, run A, fail", []string{"failure, rerun 1"}},
		{"one of two", "fail A, fail B, fail, 1, pass A, pass, 1, fail B, fail", []string{"flaky 1", "failure, rerun 1"}},
		{"a parent, by two subtests", "fail A/a, fail A/b, fail A, fail, 1, fail A/b, fail A, fail, 1, pass A/a, pass A, pass",
			[]string{"failure, rerun 1", "flaky 1", "failure, rerun 1"}},
		{"a new subtest", "fail A, fail, 1, pass A/a, pass A, pass", []string{"flaky 1", "passed"}},
		{"the package alone", "fail A, fail, 1, pass A, fail", []string{"flaky 1", "error"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := New(Config{})
			for step := range strings.SplitSeq(test.runs, ", ") {
				action, name, _ := strings.Cut(step, " ")
				e := parse.Event{Action: action, Package: "p", Test: name}
				if action[0] >= '0' && action[0] <= '9' {
					e = parse.Event{Action: parse.ActionAttr, Package: "p", Key: protocol.AttrRerun, Value: action}
				} else if name != "" && action != parse.ActionRun {
					r.Add(parse.Event{Action: parse.ActionRun, Package: "p", Test: name})
				}
				r.Add(e)
			}
			var out bytes.Buffer
			if err := r.WriteXML(&out); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, verdicts(out.String())); diff != "" {
				t.Errorf("(-want +got)\n%s\n%s", diff, out.String())
			}
		})
	}
}

// verdicts returns what the report says of each case.
func verdicts(report string) (all []string) {
	for _, text := range strings.Split(report, "<testcase ")[1:] {
		verdict := "passed"
		if strings.Contains(text, "<failure ") {
			verdict = "failure"
			if n := strings.Count(text, "<rerunFailure "); n > 0 {
				verdict += fmt.Sprintf(", rerun %d", n)
			}
		}
		if strings.Contains(text, "<error ") {
			verdict = "error"
		}
		if n := strings.Count(text, "<flakyFailure "); n > 0 {
			verdict = fmt.Sprintf("flaky %d", n)
		}
		all = append(all, verdict)
	}
	return all
}
