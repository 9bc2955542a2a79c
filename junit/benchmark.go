package junit

import (
	"strings"

	"github.com/orchtest/orchtest/parse"
)

// The stream has no end of a benchmark that did not fail (go1.26: a run event, then output only).
// But benchmarks run one after another: one has ended when the next begins that is not part of it,
// and all have when the testing package prints its verdict on the package.

// isBenchmark reports whether a test of that name is a benchmark, or part of one.
func isBenchmark(name string) bool { return strings.HasPrefix(name, "Benchmark") }

// benchmarksEnd reports whether output of a package is the verdict after which no benchmark runs.
func benchmarksEnd(output string) bool { return output == "PASS\n" || output == "FAIL\n" }

// endBenchmarks ends every benchmark that runs as passed, but for those that next is part of.
func (s *suite) endBenchmarks(next string) {
	for t := s.benchmark; t != nil; t = t.parent {
		if strings.HasPrefix(next, t.name+"/") {
			return
		}
		if t.action == "" {
			t.end(parse.ActionPass, nil, s.last)
		}
	}
	s.benchmark = nil
}
