package explore_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
)

// rounds runs a strategy round by round, until there is nothing left or a round has run nothing. It returns the
// executions by their names, and their number in each round.
func rounds(t rapid.TB, p program, c explore.Config, most int) (ran []string, each []int, s *tested) {
	s = follow(t, p, explore.Space{}, c, 1)
	ran, each = s.ran, []int{len(s.ran)}
	again := s.strategy.(explore.Repeater)
	for seed := c.Seed + 1; len(each) < most && again.Again(seed, c.Limit); seed++ {
		s.ran = nil
		for s.strategy.Wait() {
			job := s.strategy.Next()
			s.strategy.Done(job, s.took(job, p.run(job.Ask, s.space.Counts)))
		}
		ran, each = append(ran, s.ran...), append(each, len(s.ran))
		if len(s.ran) == 0 {
			break
		}
	}
	return ran, each, s
}

// TestAgainRunsEverythingOnce draws with one seed after the other: nothing is run twice, and it comes to its end when
// everything was run.
func TestAgainRunsEverythingOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, _ := drawSmall(t)
		c := explore.Config{Strategy: explore.AtRandom, Limit: rapid.IntRange(2, 20).Draw(t, "limit"), Seed: 1}
		ran, _, s := rounds(t, p, c, 10_000)
		slices.Sort(ran)
		if twice := len(ran) - len(slices.Compact(slices.Clone(ran))); twice > 0 {
			t.Errorf("%d executions were run twice: %q", twice, ran)
		}
		all := follow(t, p, explore.Space{}, explore.Config{Strategy: explore.Permutations, Limit: 1 << 20}, 1)
		if len(all.ran) != len(ran) {
			t.Errorf("%d executions, of %d", len(ran), len(all.ran))
		}
		if progress := s.strategy.Progress(); progress.Repeated {
			t.Errorf("it says that some were run twice")
		}
	})
}

// TestAgainForgets lets little be kept: rounds go on, some executions come twice, and it is said.
func TestAgainForgets(t *testing.T) {
	p := stopping([]int{4, 4, 4})
	c := explore.Config{Strategy: explore.AtRandom, Limit: 50, Seed: 1}
	s := follow(t, p, explore.Space{}, c, 1)
	explore.Shrink(s.strategy, 100)
	again := s.strategy.(explore.Repeater)
	for seed := range uint64(20) {
		if !again.Again(seed, 50) {
			t.Fatalf("it ends in round %d", seed)
		}
		for s.strategy.Wait() {
			job := s.strategy.Next()
			s.strategy.Done(job, s.took(job, p.run(job.Ask, s.space.Counts)))
		}
	}
	progress := s.strategy.Progress()
	if !progress.Repeated || !progress.More {
		t.Errorf("repeated %v, more %v", progress.Repeated, progress.More)
	}
	if len(s.ran) < 20 {
		t.Errorf("%d executions in 21 rounds", len(s.ran))
	}
}
