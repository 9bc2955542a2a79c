package explore_test

import (
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/permutations"
)

// TestSampleEndsWhenFull checks that a strategy that must not keep more ends, and says that there is more.
func TestSampleEndsWhenFull(t *testing.T) {
	space := explore.Space{Counts: []int{6, 6, 6}}
	serial := space.Read(nil, undisturbed(nil, space.Counts))
	s := explore.Config{Strategy: explore.AtRandom, Limit: 1000, Seed: 1}.Choose(space, serial)
	explore.Shrink(s, 200)
	ran := 1
	for ; s.Wait(); ran++ {
		job := s.Next()
		s.Done(job, space.Read(job.Prefix, undisturbed(job.Ask, space.Counts)))
	}
	if ran < 200/18 || ran > 30 {
		t.Errorf("%d ran, of 18 turns each", ran)
	}
	if p := s.Progress(); !p.More || !p.Over {
		t.Errorf("more: %v, over: %v", p.More, p.Over)
	}
}

// TestUnknownIsNotTriedAgain checks that each strategy goes on where nothing can be known of some
// executions, without running the same again or claiming too much.
func TestUnknownIsNotTriedAgain(t *testing.T) {
	for _, name := range explore.Strategies() {
		t.Run(name, func(t *testing.T) {
			space := explore.Space{Counts: []int{2, 3}, Tree: name == explore.Tree}
			serial := space.Read(nil, ended(undisturbed(nil, space.Counts)))
			s := explore.Config{Strategy: name, Limit: 100, Seed: 1, Depth: 5}.Choose(space, serial)
			names := map[string]bool{"0,0,1,1,1": true}
			for s.Wait() {
				job := s.Next()
				ask := job.Ask
				if ask == nil {
					ask = job.Prefix
				}
				report := ended(undisturbed(ask, space.Counts))
				if job.Prefix[0] == 1 {
					report = nil
				}
				x := space.Read(job.Prefix, report)
				if name := permutations.Format(x.Sequence); names[name] {
					t.Errorf("%s was run again", name)
				} else {
					names[name] = true
				}
				s.Done(job, x)
			}
			if len(names) != 5 { // four begin with 0, and one with 1
				t.Errorf("got %v, want 5", names)
			}
			p := s.Progress()
			if !p.More {
				t.Error("it says that all is known")
			}
			if name == explore.FewestSwitches && p.Strategies[0].Complete.Preemptions != -1 {
				t.Errorf("complete up to %d preemptions, where one without any is not known", p.Strategies[0].Complete.Preemptions)
			}
		})
	}
}

// TestRandomIsUniform checks that after the serial run each other sequence is as likely to be the next, by Pearson's
// χ² test. The seeds are fixed, so that it passes always or never.
func TestRandomIsUniform(t *testing.T) {
	const seeds = 10_000
	space := explore.Space{Counts: []int{2, 2, 1}}
	seen := map[string]int{}
	for seed := range uint64(seeds) {
		c := explore.Config{Strategy: explore.AtRandom, Limit: 2, Seed: seed}
		s := c.Choose(space, space.Read(nil, ended(undisturbed(nil, space.Counts))))
		if !s.Wait() {
			t.Fatal("Wait: got false, and there are 29 sequences")
		}
		seen[permutations.Format(s.Next().Ask)]++
	}
	want := float64(seeds) / 29
	chi2 := want * float64(29-len(seen)) // those that were not seen at all
	for _, n := range seen {
		chi2 += (float64(n) - want) * (float64(n) - want) / want
	}
	// With 28 degrees of freedom, more has a probability of 10⁻⁶.
	const limit = 79.5
	if len(seen) > 29 || chi2 > limit {
		t.Errorf("got χ² %.1f, want at most %v; seen: %v", chi2, limit, seen)
	}
}

// TestProgressIsThatOfWhatWasRun checks that what a strategy says does not depend on who has asked whether there is a
// further job: a run that goes on where another one has ended does not ask after a failure.
func TestProgressIsThatOfWhatWasRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, counts := drawSmall(t)
		name := rapid.SampledFrom(append(explore.Strategies(), "")).Draw(t, "strategy")
		space := explore.Space{Counts: counts, Tree: name == explore.Tree}
		c := explore.Config{
			Strategy: name, Limit: rapid.IntRange(1, 100).Draw(t, "limit"), Depth: rapid.IntRange(1, 3).Draw(t, "depth"),
		}
		asked, silent := c.Choose(space, space.Read(nil, p.run(nil, nil))), c.Choose(space, space.Read(nil, p.run(nil, nil)))
		for range rapid.IntRange(0, 100).Draw(t, "run") {
			more := asked.Wait()
			a, b := asked.Next(), silent.Next()
			if (a != nil) != (b != nil) || more != (a != nil) {
				t.Fatalf("a job: %v after Wait, which returned %v, and else %v", a != nil, more, b != nil)
			}
			if a == nil {
				break
			}
			if diff := cmp.Diff(a.Prefix, b.Prefix); diff != "" {
				t.Fatalf("the jobs differ (-after Wait +else):\n%s", diff)
			}
			for strategy, job := range map[explore.Strategy]*explore.Job{asked: a, silent: b} {
				request := job.Ask
				if request == nil {
					request = job.Prefix
				}
				strategy.Done(job, job.Read(p.run(request, counts)))
			}
		}
		asked.Wait()
		exact := cmp.Comparer(func(a, b *big.Int) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 })
		if diff := cmp.Diff(asked.Progress(), silent.Progress(), exact); diff != "" {
			t.Errorf("progress (-after Wait +else):\n%s", diff)
		}
	})
}
