package explore_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// TestFewerFindsTheFewest compares with brute force: whatever is known already and whichever executions fail, the
// search comes to one that fails with as few preemptions as any, runs nothing that is known, and nothing at all if
// there is nothing to be found out.
func TestFewerFindsTheFewest(t *testing.T) {
	for _, workers := range []int{1, 3} {
		t.Run(fmt.Sprintf("%d workers", workers), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { findFewest(t, workers) })
		})
	}
}

func findFewest(t *rapid.T, workers int) {
	p, counts := drawSmall(t)
	space := explore.Space{Counts: counts}
	serial := p.run(nil, nil)
	all := map[string]*protocol.Scenario{}
	for sequence := range permutations.All(counts) {
		report := p.run(sequence, counts)
		all[fmt.Sprint(space.Read(nil, report).Sequence)] = report
	}
	salt, share := rapid.Uint64().Draw(t, "salt"), rapid.Uint64Range(1, 20).Draw(t, "one in so many fails")
	first := fmt.Sprint(space.Read(nil, serial).Sequence)
	fails := func(name string) bool {
		if name == first {
			return false // it would be what fails first
		}
		h := fnv.New64a()
		fmt.Fprint(h, salt, name)
		return h.Sum64()%share == 0
	}
	known := explore.NewKnown(space)
	add := func(report *protocol.Scenario) { known.Add(space.Read(nil, report).Sequence, report) }
	fewest, below := math.MaxInt, -1
	for name, report := range all {
		if cost := space.Preemptions(report); fails(name) {
			fewest, below = min(fewest, cost), max(below, cost)
		}
	}
	if below < 0 {
		t.Skip("none fails")
	}
	part := rapid.Uint64Range(1, 4).Draw(t, "one in so many is known")
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range all {
			if !yield(name) {
				return
			}
		}
	})
	add(serial)
	for i, name := range names {
		if uint64(i)%part == 0 && !fails(name) {
			add(all[name])
		}
	}
	if left := known.Untried(below); left.Cmp(permutations.Count(counts)) > 0 {
		t.Errorf("%v are untried, of %v", left, permutations.Count(counts))
	}

	search := explore.NewFewer(space, space.Read(nil, serial), known, below)
	best := below
	var running []*explore.Job
	for {
		for len(running) < workers && (len(running) > 0 || search.Wait()) {
			job := search.Next()
			if job == nil {
				break
			}
			running = append(running, job)
		}
		if len(running) == 0 {
			break
		}
		i := rapid.IntRange(0, len(running)-1).Draw(t, "done")
		job := running[i]
		running = slices.Delete(running, i, i+1)
		report := p.run(job.Ask, counts)
		x := job.Read(report)
		if known.Has(x.Sequence) {
			t.Errorf("%v\n%v was known, and is run", p, x.Sequence)
		}
		add(report)
		if fails(fmt.Sprint(x.Sequence)) {
			best = min(best, space.Preemptions(report))
			search.Below(best)
		}
		search.Done(job, x)
	}
	if best != fewest {
		t.Errorf("%v\nfound a failure with %d preemptions, and there is one with %d", p, best, fewest)
	}
	if search.Open() < best {
		t.Errorf("%v\nexecutions with %d preemptions are said to be left", p, search.Open())
	}
}

// TestFewerRunsNothing: once all with fewer preemptions are known there is nothing to run.
func TestFewerRunsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, counts := drawSmall(t)
		space := explore.Space{Counts: counts}
		below := rapid.IntRange(0, 4).Draw(t, "below")
		known := explore.NewKnown(space)
		executions := 0
		for sequence := range permutations.All(counts) {
			report := p.run(sequence, counts)
			if space.Preemptions(report) < below && !known.Has(space.Read(nil, report).Sequence) {
				known.Add(space.Read(nil, report).Sequence, report)
				executions++
			}
		}
		serial := p.run(nil, nil)
		search := explore.NewFewer(space, space.Read(nil, serial), known, below)
		for search.Wait() {
			if job := search.Next(); job != nil {
				t.Fatalf("%v\n%v is run, and there are only %d executions with fewer preemptions than %d, all known", p, job.Ask, executions, below)
			}
		}
	})
}

// TestUntried: where nothing blocks, what is not known is counted.
func TestUntried(t *testing.T) {
	counts := []int{3, 2, 2}
	space := explore.Space{Counts: counts}
	known := explore.NewKnown(space)
	for _, sequence := range [][]int{{0, 0, 0, 1, 1, 2, 2}, {1, 1, 0, 0, 0, 2, 2}, {0, 1, 1, 0, 0, 2, 2}} {
		report := &protocol.Scenario{Threads: []string{"a", "b", "c"}, FailedTurn: -1}
		for _, thread := range sequence {
			report.Turns = append(report.Turns, protocol.Turn{Thread: thread})
		}
		known.Add(sequence, report)
		known.Add(sequence, report) // counts once
	}
	for below, less := range []int64{0, 2, 3} {
		want := new(big.Int)
		for k := range below {
			want.Add(want, permutations.CountPreemptions(counts, k))
		}
		want.Sub(want, big.NewInt(less))
		if got := known.Untried(below); got.Cmp(want) != 0 {
			t.Errorf("%v with fewer than %d preemptions are untried, want %v", got, below, want)
		}
	}

	// A shard has no more of them than there are in its part.
	part := space.Shard(protocol.Shard{Index: 1, Of: 30})
	if got := explore.NewKnown(part).Untried(5); got.Cmp(part.Count()) != 0 {
		t.Errorf("%v are untried in a part of %v", got, part.Count())
	}
}
