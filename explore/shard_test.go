package explore_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// drawShards draws how many shards there are.
func drawShards(t *rapid.T) int { return rapid.IntRange(1, 9).Draw(t, "shards") }

// TestShardsPartition checks that together the shards of a program whose threads block, end early and take
// turns as it comes run each execution exactly once, and count the rest of its sequences as infeasible.
func TestShardsPartition(t *testing.T) {
	for _, name := range []string{explore.Permutations, explore.FewestSwitches, explore.AtRandom, explore.Tree, ""} {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p, counts := drawSmall(t)
				workers := rapid.IntRange(1, 3).Draw(t, "workers")
				space := explore.Space{Tree: name == explore.Tree}
				if space.Tree && allExecutions(p) == nil {
					t.Skip("too many executions")
				}
				c := explore.Config{Strategy: name, Limit: 100_000, Seed: 1}
				whole := follow(t, p, space, c, 1)
				sum := new(big.Int)
				var ran []string
				n := drawShards(t)
				for i := range n {
					shard := protocol.Shard{Index: i + 1, Of: n}
					s := followShard(t, p, space, shard, c, workers)
					ran = append(ran, s.ran...)
					progress := s.strategy.Progress()
					if progress.More {
						t.Errorf("%v\nshard %v ran all, and says that there is more", p, shard)
					}
					if space.Tree {
						continue
					}
					covered := new(big.Int).Add(progress.Infeasible, big.NewInt(int64(len(s.ran))))
					if covered.Cmp(s.space.Count()) != 0 {
						t.Errorf("%v\nshard %v: %d ran and %v are infeasible, of %v", p, shard, len(s.ran), progress.Infeasible,
							s.space.Count())
					}
					if most := 2; name != explore.AtRandom && s.edges > most {
						t.Errorf("%v\nshard %v: %d runs to find its edges, want %d at most", p, shard, s.edges, most)
					}
					sum.Add(sum, s.space.Count())
				}
				slices.Sort(whole.ran)
				slices.Sort(ran)
				if diff := cmp.Diff(whole.ran, ran); diff != "" {
					t.Errorf("%v\nexecutions (-of one run +of %d shards):\n%s", p, n, diff)
				}
				if !space.Tree && sum.Cmp(permutations.Count(counts)) != 0 {
					t.Errorf("the shards have %v sequences together, of %v", sum, permutations.Count(counts))
				}
			})
		})
	}
}

// owned returns how many executions a shard has.
func owned(s *tested, counts []int) int {
	names := map[string]bool{}
	for sequence := range permutations.All(counts) {
		if x := s.space.Read(nil, s.p.run(sequence, counts)); s.space.Owns(x.Sequence) {
			names[fmt.Sprint(x.Sequence)] = true
		}
	}
	return len(names)
}

// TestLimitedShards checks that no two shards run the same where there are more sequences than are to be run,
// with each strategy, and none runs more than its part of them.
func TestLimitedShards(t *testing.T) {
	for _, name := range append(explore.Strategies(), "") {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p, counts := drawSmall(t)
				workers := rapid.IntRange(1, 3).Draw(t, "workers")
				space := explore.Space{Tree: name == explore.Tree}
				c := explore.Config{
					Strategy: name, Limit: rapid.IntRange(1, 60).Draw(t, "limit"), Depth: 2,
					Seed: rapid.Uint64().Draw(t, "seed"),
				}
				n := drawShards(t)
				var ran []string
				limits := 0
				for i := range n {
					s := followShard(t, p, space, protocol.Shard{Index: i + 1, Of: n}, c, workers)
					limit := s.space.Limit(c.Limit)
					limits += limit
					if len(s.ran) > max(limit, 1) { // the serial run is made anyway
						t.Errorf("%d ran, of %d at most", len(s.ran), limit)
					}
					progress := s.strategy.Progress()
					if !space.Tree && name != explore.WithPCT && !progress.Over && len(s.ran) < min(limit, owned(s, counts)) {
						t.Errorf("%v\nshard %d/%d: %d ran, of %d at most and %d that there are", p, i+1, n, len(s.ran), limit, owned(s, counts))
					}
					if !progress.More && !space.Tree && name != explore.WithPCT {
						covered := new(big.Int).Add(progress.Infeasible, big.NewInt(int64(len(s.ran))))
						if covered.Cmp(s.space.Count()) != 0 {
							t.Errorf("%v\n%d ran and %v are infeasible, of %v, and nothing is left", p, len(s.ran),
								progress.Infeasible, s.space.Count())
						}
					}
					ran = append(ran, s.ran...)
				}
				if limits != c.Limit {
					t.Errorf("%d shards may run %d together, want %d", n, limits, c.Limit)
				}
				slices.Sort(ran)
				if distinct := slices.Compact(slices.Clone(ran)); len(distinct) < len(ran) {
					t.Errorf("%v\nseveral shards ran the same: %v", p, ran)
				}
			})
		})
	}
}

// TestShardsAreBalanced checks that where nothing blocks, and turns are fixed, no shard runs more than one
// scenario more than another, limited or not, nor any that is not its own but one of fewest-switches or the tree.
func TestShardsAreBalanced(t *testing.T) {
	for _, name := range append(explore.Strategies(), "") {
		t.Run(fmt.Sprintf("%q", name), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				counts := drawCounts(t)
				space := explore.Space{Tree: name == explore.Tree}
				if slices.Min(counts) == slices.Max(counts) {
					space.Symmetric = rapid.Bool().Draw(t, "symmetric")
				}
				depth := 0
				for _, n := range counts {
					depth += n // so that pct can draw all sequences
				}
				c := explore.Config{Strategy: name, Limit: rapid.IntRange(1, 1200).Draw(t, "limit"), Depth: depth}
				n := drawShards(t)
				least, most, sum := c.Limit, 0, 0
				for i := range n {
					s := followShard(t, stopping(counts), space, protocol.Shard{Index: i + 1, Of: n}, c, 1)
					least, most, sum = min(least, len(s.ran)), max(most, len(s.ran)), sum+len(s.ran)
					edges := 0
					if name == "" || name == explore.FewestSwitches || name == explore.Tree {
						edges = 1
					}
					if s.edges > edges {
						t.Errorf("counts %v: shard %d/%d ran %d to find its edges, want %d", counts, i+1, n, s.edges, edges)
					}
				}
				space.Counts = counts
				all := int(space.Count().Int64())
				if name == explore.WithPCT && (sum < min(all, c.Limit) || most > least+1) {
					t.Skip("it gave up drawing")
				}
				if sum != min(all, c.Limit) || most > least+1 {
					t.Errorf("counts %v: %d of %d ran, %d to %d for each shard", counts, sum, all, least, most)
				}
			})
		})
	}
}

// TestSymmetricShards checks that shards of a symmetric program run together what one run runs.
func TestSymmetricShards(t *testing.T) {
	for _, name := range []string{explore.Permutations, explore.FewestSwitches, explore.AtRandom, explore.Tree} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				p := drawSymmetric(t)
				counts := countsOf(p.run(nil, nil))
				if slices.Min(counts) != slices.Max(counts) || permutations.Count(counts).Cmp(big.NewInt(300)) > 0 || allExecutions(p) == nil {
					t.Skip("not symmetric, or too many sequences")
				}
				c := explore.Config{Strategy: name, Limit: 100_000}
				space := explore.Space{Symmetric: true, Tree: name == explore.Tree}
				whole := follow(t, p, space, c, 1)
				n := drawShards(t)
				var ran []string
				for i := range n {
					s := followShard(t, p, space, protocol.Shard{Index: i + 1, Of: n}, c, 2)
					ran = append(ran, s.ran...)
					progress := s.strategy.Progress()
					if space.Tree {
						continue
					}
					covered := new(big.Int).Add(progress.Infeasible, big.NewInt(int64(len(s.ran))))
					if covered.Cmp(s.space.Count()) != 0 {
						t.Errorf("%v\nshard %d/%d: %d ran and %v are infeasible, of %v", p, i+1, n, len(s.ran), progress.Infeasible, s.space.Count())
					}
				}
				slices.Sort(whole.ran)
				slices.Sort(ran)
				if diff := cmp.Diff(whole.ran, ran); diff != "" {
					t.Errorf("%v\nexecutions (-of one run +of %d shards):\n%s", p, n, diff)
				}
			})
		})
	}
}

func TestParts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		many := rapid.Int64Range(0, 1000).Draw(t, "many")
		fewer := rapid.Int64Range(0, many).Draw(t, "fewer")
		n := rapid.IntRange(1, 50).Draw(t, "shards")
		end, least, most := new(big.Int), many, int64(0)
		for i := range n {
			shard := protocol.Shard{Index: i + 1, Of: n}
			from, to := explore.Part(big.NewInt(many), shard)
			if from.Cmp(end) != 0 {
				t.Fatalf("shard %v of %d begins at %v, the one before it ended at %v", shard, many, from, end)
			}
			end = to
			size := new(big.Int).Sub(to, from).Int64()
			least, most = min(least, size), max(most, size)
			if from, to := explore.Part(big.NewInt(fewer), shard); to.Int64()-from.Int64() > size {
				t.Fatalf("shard %v has more of %d than of %d", shard, fewer, many)
			}
		}
		if end.Int64() != many || most > least+1 {
			t.Fatalf("%d shards of %d end at %v and have %d to %d", n, many, end, least, most)
		}
	})
}

func TestParseShard(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"1/4", "1/4"},
		{"4/4", "4/4"},
		{"1/1", "1/1"},
		{"0/4", "0/4: of 4 shards the first is 1/4 and the last 4/4"},
		{"5/4", "5/4: of 4 shards the first is 1/4 and the last 4/4"},
		{"-1/4", "-1/4: of 4 shards the first is 1/4 and the last 4/4"},
		{"1/0", "1/0: there is one shard at least, as 1/1"},
		{"1/-2", "1/-2: there is one shard at least, as 1/1"},
		{"a/b", "a/b: it is to be i/n, shard i of n, as 1/4"},
		{"", ": it is to be i/n, shard i of n, as 1/4"},
		{"2", "2: it is to be i/n, shard i of n, as 1/4"},
		{"2/", "2/: it is to be i/n, shard i of n, as 1/4"},
		{"/4", "/4: it is to be i/n, shard i of n, as 1/4"},
		{"01/4", "01/4: it is to be i/n, shard i of n, as 1/4"},
		{"+1/4", "+1/4: it is to be i/n, shard i of n, as 1/4"},
		{"1 / 4", "1 / 4: it is to be i/n, shard i of n, as 1/4"},
		{"1/4 ", "1/4 : it is to be i/n, shard i of n, as 1/4"},
		{"1/99999999999999999999", "1/99999999999999999999: it is to be i/n, shard i of n, as 1/4"},
	} {
		shard, err := explore.ParseShard(test.text)
		got := shard.String()
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("ParseShard(%q): got %s, want %s", test.text, got, test.want)
		}
	}
}
