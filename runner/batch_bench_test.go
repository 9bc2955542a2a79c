package runner

import (
	"testing"
	"time"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// BenchmarkBatch runs the 12,870 scenarios of a test that takes no time in batches, and in turn some of them
// each in a process of its own. Its figure is how many times the rate is the other one's.
func BenchmarkBatch(b *testing.B) {
	b.Run("plain", func(b *testing.B) { benchmarkBatch(b, nil, 1000) })
	b.Run("race", func(b *testing.B) { benchmarkBatch(b, []string{"-race"}, 200) })
}

func benchmarkBatch(b *testing.B, goArgs []string, some int) {
	r, x, planned := benchmarkRun(b, goArgs)
	eight := *planned
	eight.plan.Counts, eight.serial = []int{8, 8}, &protocol.Scenario{}
	for _, thread := range permutations.Serial(eight.plan.Counts) {
		eight.serial.Turns = append(eight.serial.Turns, protocol.Turn{Thread: thread})
	}
	x.test.name = "TestEight"
	r.stream.emit(parse.Event{Action: parse.ActionRun, Package: x.test.pkg.name, Test: x.test.name})
	r.Explore = explore.Permutations

	rate := func(isolation string, limit int) float64 {
		r.Isolation, r.MaxScenarios = isolation, limit
		call := r.newCall(&eight)
		start := time.Now()
		x.scenarios(b.Context(), call)
		n := call.tally[passed]
		if n != limit-1 {
			b.Fatalf("%s: %d of %d scenarios passed", isolation, n, limit-1)
		}
		return float64(n) / time.Since(start).Seconds()
	}
	var alone, batched float64
	n := 0
	for b.Loop() {
		alone += rate(Process, some)
		batched += rate(Batch, 12_870)
		n++
	}
	b.ReportMetric(alone/float64(n), "processes/s")
	b.ReportMetric(batched/float64(n), "batch/s")
	b.ReportMetric(batched/alone, "times")
}
