package junit

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// anyEvent draws events of few packages and tests, so that they meet.
func anyEvent() *rapid.Generator[parse.Event] {
	one := func(values ...string) *rapid.Generator[string] { return rapid.SampledFrom(values) }
	builds := []string{"", "p", "p [p.test]", "p_test [p.test]", "q.test"}
	values := []string{
		`{"version":1,"sequence":[0,0,1,1],"threads":["a"],"turns":[{"thread":1}],"sequences":"6","planned":3,"file":"/x","line":4}`,
		`{"version":1,"sequence":[0,1]}`, `{"version":9}`, "garbage", `1/2 {"version":`, "2/2 1}",
	}
	return rapid.Custom(func(t *rapid.T) parse.Event {
		e := parse.Event{
			Action:  one("start", "run", "run", "run", "pause", "cont", "pass", "fail", "skip", "bench", "output", "attr", "attr", "artifacts", "build-output", "build-fail", "new").Draw(t, "action"),
			Package: one("p", "p", "q").Draw(t, "package"),
			Test:    one("", "TestX", "TestX", "TestX/0,0,1,1", "TestX/0,1", "TestX/s", "TestX/s/0,1", "TestY", "BenchmarkA", "BenchmarkA/b", "BenchmarkB").Draw(t, "test"),
		}
		switch e.Action {
		case parse.ActionOutput:
			e.Output = one("x\n", "half", "PASS\n", "FAIL\n", "=== RUN   TestX\n", "FAIL\tp [setup failed]\n").Draw(t, "output")
		case parse.ActionAttr:
			e.Key = one(protocol.AttrPlan, protocol.AttrPlan, protocol.AttrScenario, protocol.AttrExploration, protocol.AttrError, "owner").Draw(t, "key")
			e.Value = one(values...).Draw(t, "value")
		case parse.ActionBuildOutput, parse.ActionBuildFail:
			e.ImportPath, e.Package, e.Test = one(builds...).Draw(t, "path"), "", ""
		case parse.ActionFail:
			if e.Test == "" {
				e.FailedBuild = one(builds...).Draw(t, "build")
			}
		}
		return e
	})
}

// TestAnyStream checks that whatever comes in whatever order, what failed can be found.
func TestAnyStream(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		events := rapid.SliceOfN(anyEvent(), 0, 60).Draw(rt, "events")
		r := New(Config{})
		for _, e := range events {
			r.Add(e)
		}
		var file bytes.Buffer
		if err := r.WriteXML(&file); err != nil {
			rt.Fatal(err)
		}
		d := checked(rt, file.Bytes())
		for _, e := range events {
			if e.Action == parse.ActionFail && !found(d, e) {
				rt.Errorf("%q of %q failed, and no case says so", e.Test, e.Package)
			}
		}
	})
}

// found reports whether the report has a case that is not well for a test that failed, or below it.
func found(d document, e parse.Event) bool {
	return slices.ContainsFunc(d.Suites, func(s documentSuite) bool {
		return s.Name == e.Package && slices.ContainsFunc(s.Cases, func(c documentCase) bool {
			bad := c.Failure != nil || c.Error != nil
			return bad && (e.Test == "" || c.Name == e.Test || strings.HasPrefix(c.Name, e.Test+"/"))
		})
	})
}
