package runner

import (
	"runtime"
	"testing"
	"time"
)

// BenchmarkParallel runs the 923 scenarios of a test that takes no time, each in a process of its own, one at a
// time and in turn two at a time. Its figure is how many times the rate is the other one's.
func BenchmarkParallel(b *testing.B) {
	if runtime.NumCPU() < 2 {
		b.Skip("there is one processor")
	}
	r, x, planned := benchmarkRun(b, nil)
	took := func(parallel int) time.Duration {
		r.slots = newSlots(parallel)
		defer r.slots.close()
		call := r.newCall(planned)
		start := time.Now()
		x.scenarios(b.Context(), call)
		if ran := call.tally[passed]; int64(ran) != call.total.Int64()-1 {
			b.Fatalf("%d of %v scenarios passed", ran, call.total)
		}
		return time.Since(start)
	}
	var one, two time.Duration
	n := 0
	for b.Loop() {
		one += took(1)
		two += took(2)
		n++
	}
	b.ReportMetric(923*float64(n)/one.Seconds(), "one/s")
	b.ReportMetric(923*float64(n)/two.Seconds(), "two/s")
	b.ReportMetric(one.Seconds()/two.Seconds(), "times")
}
