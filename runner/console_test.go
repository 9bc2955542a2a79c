package runner

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/parse"
)

func TestOpenBenchmarks(t *testing.T) {
	open := openBenchmarks{}
	var got []string
	for _, e := range []parse.Event{
		{Action: parse.ActionRun, Package: "p", Test: "BenchmarkA"},
		{Action: parse.ActionOutput, Package: "p", Test: "BenchmarkA/sub"},
		{Action: parse.ActionOutput, Package: "p", Test: "BenchmarkA/sub"},
		{Action: parse.ActionRun, Package: "p", Test: "BenchmarkFails"},
		{Action: parse.ActionFail, Package: "p", Test: "BenchmarkFails"},
		{Action: parse.ActionRun, Package: "q", Test: "BenchmarkOther"},
		{Action: parse.ActionRun, Package: "p", Test: "TestA"},
		{Action: parse.ActionFail, Package: "q"},
		{Action: parse.ActionPass, Package: "p"},
		{Action: parse.ActionPass, Package: "p"},
	} {
		for _, end := range open.ends(e) {
			got = append(got, end.Action+" "+end.Package+" "+end.Test)
		}
	}
	if diff := cmp.Diff([]string{"pass p BenchmarkA/sub", "pass p BenchmarkA"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
