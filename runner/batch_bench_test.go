package runner

import (
	"testing"
	"time"
)

// BenchmarkBatch runs the 924 scenarios of a test that takes no time, each in a process of its own, and in
// turn many in a process. Its figure is how many times the rate is the other one's. One round of processes is
// compared with as many rounds of batches as take about as long.
func BenchmarkBatch(b *testing.B) {
	r, x, planned := benchmarkRun(b, nil)
	rate := func(isolation string, rounds int) float64 {
		r.Isolation = isolation
		n := 0
		start := time.Now()
		for range rounds {
			call := r.newCall(planned)
			x.scenarios(b.Context(), call)
			n += call.tally[passed]
			if want := call.total.Int64() - 1; int64(call.tally[passed]) != want {
				b.Fatalf("%s: %d of %d scenarios passed", isolation, call.tally[passed], want)
			}
		}
		return float64(n) / time.Since(start).Seconds()
	}
	var alone, batched float64
	n := 0
	for b.Loop() {
		alone += rate(Process, 0+1)
		batched += rate(Batch, 20)
		n++
	}
	b.ReportMetric(alone/float64(n), "processes/s")
	b.ReportMetric(batched/float64(n), "batch/s")
	b.ReportMetric(batched/alone, "times")
}
