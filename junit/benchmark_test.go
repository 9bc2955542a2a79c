package junit

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/parse"
)

func TestBenchmarks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		events []parse.Event
		want   []string
	}{
		{
			"the package passed", stream(begin("BenchmarkA"), ended("pass", "")),
			[]string{"BenchmarkA passed"},
		},
		{
			"bench event", stream(begin("BenchmarkA"), ended("bench", "BenchmarkA"), ended("fail", "")),
			[]string{"BenchmarkA passed", "[package failed] error: the package failed, and no test of it did"},
		},
		{
			"another one failed",
			stream(begin("BenchmarkA"), begin("BenchmarkA/x"), begin("BenchmarkA/y"), begin("BenchmarkB"), ended("fail", "BenchmarkB"), begin("BenchmarkC"), said("", "FAIL\n"), ended("fail", "")),
			[]string{"BenchmarkA passed", "BenchmarkA/x passed", "BenchmarkA/y passed", "BenchmarkB failure: Failed", "BenchmarkC passed"},
		},
		{
			"the last one crashed",
			stream(begin("BenchmarkA"), begin("BenchmarkB"), begin("BenchmarkB/x"), begin("BenchmarkB/y"), ended("fail", "")),
			[]string{"BenchmarkA passed", "BenchmarkB error: did not finish", "BenchmarkB/x passed", "BenchmarkB/y error: did not finish"},
		},
		{
			"a part failed",
			stream(begin("BenchmarkA"), begin("BenchmarkA/x"), ended("fail", "BenchmarkA/x"), ended("fail", "BenchmarkA"), said("", "FAIL\n"), ended("fail", "")),
			[]string{"BenchmarkA failure: Failed", "BenchmarkA/x failure: Failed"},
		},
		{
			"a test beside them", stream(begin("BenchmarkA"), begin("TestA"), said("", "FAIL\n"), ended("fail", "")),
			[]string{"BenchmarkA passed", "TestA error: did not finish"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := written(t, Config{}, test.events...).suite(t).verdicts()
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("cases (-want +got):\n%s", diff)
			}
		})
	}
}
