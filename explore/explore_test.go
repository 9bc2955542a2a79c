package explore_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// undisturbed is the report of a test in which no thread blocks, and each takes its turns.
func undisturbed(prefix, counts []int) *protocol.Scenario {
	report := &protocol.Scenario{Threads: make([]string, len(counts))}
	for _, thread := range permutations.Complete(prefix, counts) {
		report.Turns = append(report.Turns, protocol.Turn{Thread: thread})
	}
	return report
}

func Example() {
	// Two threads take a lock, stop, and give it back. One that is stopped has the lock; if the other one
	// then has a turn, it is blocked in it.
	counts := []int{2, 2}
	reports := map[string]*protocol.Scenario{
		"":    {Turns: []protocol.Turn{{Thread: 0}, {Thread: 0}, {Thread: 1}, {Thread: 1}}},
		"0,1": {Turns: []protocol.Turn{{Thread: 0}, {Thread: 1}, {Thread: 0, Blocked: []int{1}}, {Thread: 1}}},
		"1":   {Turns: []protocol.Turn{{Thread: 1}, {Thread: 0}, {Thread: 1, Blocked: []int{0}}, {Thread: 0}}},
		"1,1": {Turns: []protocol.Turn{{Thread: 1}, {Thread: 1}, {Thread: 0}, {Thread: 0}}},
	}
	search := explore.New(counts, explore.Read(counts, nil, reports[""]))
	for search.Wait() {
		job := search.Next()
		prefix := permutations.Format(job.Prefix)
		x := explore.Read(counts, job.Prefix, reports[prefix])
		fmt.Println("begins with", prefix, "and executes", permutations.Format(x.Sequence))
		search.Done(job, x)
	}
	fmt.Println(search.Infeasible(), "of", permutations.Count(counts), "sequences are infeasible")
	// Output:
	// begins with 0,1 and executes 0,1,0,1
	// begins with 1 and executes 1,0,1,0
	// begins with 1,1 and executes 1,1,0,0
	// 2 of 6 sequences are infeasible
}

// TestWorkers has several workers wait for jobs: there is none where the only one that runs is the one
// that will give more.
func TestWorkers(t *testing.T) {
	counts := []int{3, 3, 1}
	search := explore.New(counts, explore.Read(counts, nil, undisturbed(nil, counts)))
	var mu sync.Mutex
	ran := []string{"0,0,0,1,1,1,2"}
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for search.Wait() {
				job := search.Next()
				if job == nil {
					continue // another worker was faster
				}
				x := explore.Read(counts, job.Prefix, undisturbed(job.Prefix, counts))
				mu.Lock()
				ran = append(ran, permutations.Format(x.Sequence))
				mu.Unlock()
				search.Done(job, x)
			}
		})
	}
	workers.Wait()
	var want []string
	for sequence := range permutations.All(counts) {
		want = append(want, permutations.Format(sequence))
	}
	slices.Sort(ran)
	if diff := cmp.Diff(want, ran); diff != "" {
		t.Errorf("executions (-want +got):\n%s", diff)
	}
}

// TestUnknownExecutions checks that what cannot be found is neither run nor counted.
func TestUnknownExecutions(t *testing.T) {
	for _, test := range []struct {
		name   string
		report func(prefix, counts []int) *protocol.Scenario
	}{
		{"no report", func([]int, []int) *protocol.Scenario { return nil }},
		{"diverged", func([]int, []int) *protocol.Scenario { return &protocol.Scenario{Turns: turns(0, 0, 1, 1)} }},
		{"failed at once", func([]int, []int) *protocol.Scenario { return &protocol.Scenario{Failed: true} }},
	} {
		t.Run(test.name, func(t *testing.T) {
			counts := []int{2, 2}
			search := explore.New(counts, explore.Read(counts, nil, undisturbed(nil, counts)))
			var jobs []string
			for search.Wait() {
				job := search.Next()
				jobs = append(jobs, permutations.Format(job.Prefix))
				search.Done(job, explore.Read(counts, job.Prefix, test.report(job.Prefix, counts)))
			}
			if diff := cmp.Diff([]string{"0,1", "1"}, jobs); diff != "" {
				t.Errorf("jobs (-want +got):\n%s", diff)
			}
			if search.Infeasible().Sign() != 0 {
				t.Errorf("got %v infeasible sequences, want none", search.Infeasible())
			}
		})
	}
}

// TestMemory checks that a search of 17 million sequences keeps nothing of what is behind it.
func TestMemory(t *testing.T) {
	counts := []int{6, 6, 6}
	search := explore.New(counts, explore.Read(counts, nil, undisturbed(nil, counts)))
	step := stepper(search, counts)
	for range 1000 {
		step()
	}
	// A job and its prefix, and of the execution its sequence and what it is made of.
	if got := testing.AllocsPerRun(10_000, step); got > 6 {
		t.Errorf("got %v allocations for each execution, want 6 at most", got)
	}
}

// stepper returns a function that takes a job and has it done. The report is the same one, changed.
func stepper(search *explore.Search, counts []int) func() {
	report := undisturbed(nil, counts)
	left := make([]int, len(counts))
	return func() {
		job := search.Next()
		copy(left, counts)
		for i, thread := range job.Prefix {
			report.Turns[i].Thread = thread
			left[thread]--
		}
		i := len(job.Prefix)
		for thread, n := range left {
			for range n {
				report.Turns[i].Thread = thread
				i++
			}
		}
		search.Done(job, explore.Read(counts, job.Prefix, report))
	}
}

// BenchmarkStep takes a part of the 17,153,136 sequences of three threads with six turns each, without
// running anything.
func BenchmarkStep(b *testing.B) {
	counts := []int{6, 6, 6}
	b.ReportAllocs()
	search := explore.New(counts, explore.Read(counts, nil, undisturbed(nil, counts)))
	step := stepper(search, counts)
	for n := 0; b.Loop(); n++ {
		if n == 17_000_000 {
			b.Fatal("no sequences are left")
		}
		step()
	}
}
