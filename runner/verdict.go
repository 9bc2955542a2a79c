package runner

import (
	"fmt"
	"strings"
	"time"

	"github.com/orchtest/orchtest/parse"
)

// verdict returns an event of the test's end as it is once its scenarios are taken into account.
func (t *heldTest) verdict(e parse.Event, now time.Time) parse.Event {
	waited := now.Sub(t.ended)
	e = e.Edit()
	e.Time = &now
	if e.Elapsed != nil {
		*e.Elapsed += round(waited)
	}
	if e.EndLine() {
		e.Output = t.line(e.Output, waited)
	}
	if t.failed && e.Ends() {
		e.Action = parse.ActionFail
	}
	return e
}

// line returns the line that announces the end, with the time that the scenarios took and, if one
// failed, the other verdict.
func (t *heldTest) line(output string, waited time.Duration) string {
	indent, rest, _ := strings.Cut(output, "--- ")
	verdict, _, _ := strings.Cut(rest, ":")
	if t.failed {
		verdict = "FAIL"
	}
	seconds := 0.0
	if i := strings.LastIndex(rest, "("); i >= 0 {
		fmt.Sscanf(rest[i:], "(%fs)", &seconds)
	}
	return fmt.Sprintf("%s--- %s: %s (%.2fs)\n", indent, verdict, t.name, seconds+waited.Seconds())
}

// verdict returns an event of the package as it is once the scenarios of its tests are taken into
// account.
func (p *heldPackage) verdict(e parse.Event, now time.Time) parse.Event {
	if !p.planned && !p.failed {
		return e
	}
	took := now.Sub(p.start)
	switch {
	case e.Ends():
		e = e.Edit()
		e.Time = &now
		seconds := round(took)
		e.Elapsed = &seconds
		if p.failed {
			e.Action = parse.ActionFail
		}
	case e.Action == parse.ActionOutput && p.failed && e.Output == "PASS\n":
		e = e.Edit()
		e.Output = "FAIL\n"
	case e.Action == parse.ActionOutput && strings.HasPrefix(e.Output, "ok  \t"+p.name+"\t"):
		result, rest, _ := strings.Cut(strings.TrimPrefix(e.Output, "ok  \t"+p.name+"\t"), "\t")
		p.cached = strings.TrimSpace(result) == "(cached)"
		if p.cached && !p.ran && !p.failed {
			return e
		}
		e = e.Edit()
		if rest == "" {
			rest = "\n"
		} else {
			rest = "\t" + rest
		}
		word := "ok  "
		if p.failed {
			word = "FAIL"
		}
		e.Output = fmt.Sprintf("%s\t%s\t%.3fs%s", word, p.name, took.Seconds(), rest)
	}
	return e
}

// round returns a duration in seconds, as exactly as test2json gives it.
func round(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
