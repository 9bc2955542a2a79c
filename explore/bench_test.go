package explore_test

import (
	"testing"
	"time"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
)

// BenchmarkStrategies takes the first 10,000 of the 17,153,136 sequences of three threads with six turns
// each, again and again, without running anything. The time for a step is that of the strategy alone, without the
// making of reports; what is allocated includes them.
func BenchmarkStrategies(b *testing.B) {
	for _, name := range append(explore.Strategies(), "") {
		b.Run("explore="+name, func(b *testing.B) {
			space := explore.Space{Counts: []int{6, 6, 6}, Tree: name == explore.Tree}
			c := explore.Config{Strategy: name, Limit: 10_000, Seed: 1, Depth: 5}
			b.ReportAllocs()
			var strategy explore.Strategy
			var took time.Duration
			for b.Loop() {
				start := time.Now()
				if strategy == nil || !strategy.Wait() {
					strategy = c.Choose(space, space.Read(nil, ended(undisturbed(nil, space.Counts))))
					strategy.Wait()
				}
				job := strategy.Next()
				took += time.Since(start)
				ask := job.Ask
				if ask == nil {
					ask = job.Prefix
				}
				report := ended(undisturbed(ask, space.Counts))
				start = time.Now()
				strategy.Done(job, space.Read(job.Prefix, report))
				took += time.Since(start)
			}
			b.ReportMetric(float64(took.Nanoseconds())/float64(b.N)/18, "ns/step")
		})
	}
}

// ended returns a report that also says that the threads have ended, each with its last turn.
func ended(report *protocol.Scenario) *protocol.Scenario {
	done := make([]bool, len(report.Threads))
	for i := len(report.Turns) - 1; i >= 0; i-- {
		if thread := report.Turns[i].Thread; !done[thread] {
			done[thread], report.Turns[i].End = true, protocol.Returned
		}
	}
	return report
}
