package permutations_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/orchtest/orchtest/permutations"
	"pgregory.net/rapid"
)

// mustBeLikely checks, by Pearson's χ² test, that what was seen comes from probabilities. All seeds are
// fixed, so a test with it passes always or never. Had the seeds been drawn when the test was written,
// it would have been wrong about what is right with a probability of 10⁻⁶.
func mustBeLikely[K comparable](t *testing.T, what string, seen map[K]int, probabilities map[K]float64) {
	t.Helper()
	total := 0
	for key, n := range seen {
		if probabilities[key] == 0 {
			t.Errorf("%s: got %v, which cannot be", what, key)
		}
		total += n
	}
	chi2, all := 0.0, 0.0
	for key, p := range probabilities {
		want := p * float64(total)
		if want < 5 {
			t.Fatalf("%s: %v is expected %.1f times, too few for the test", what, key, want)
		}
		chi2 += (float64(seen[key]) - want) * (float64(seen[key]) - want) / want
		all += p
	}
	if math.Abs(all-1) > 1e-9 {
		t.Fatalf("%s: the probabilities add up to %f", what, all)
	}
	// The quantile of χ² by E. B. Wilson and M. M. Hilferty, from that of the normal distribution.
	const quantile = 4.753
	freedom := float64(len(probabilities) - 1)
	limit := freedom * math.Pow(1-2/(9*freedom)+quantile*math.Sqrt(2/(9*freedom)), 3)
	if chi2 > limit {
		t.Errorf("%s: got χ² %.1f with %.0f degrees of freedom, want at most %.1f; seen: %v", what, chi2, freedom, limit, seen)
	}
}

func random(counts []int, seed uint64) permutations.Sequences {
	return permutations.NewRandom(counts, seed)
}

func TestRandomGivesEverySequenceOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts, classes := symmetricCounts(t)
		seed := rapid.Uint64().Draw(t, "seed")
		got := texts(permutations.NewRandom(counts, seed), enough)
		sameSet(t, "NewRandom", got, allTexts(counts))

		it := permutations.NewRandom(counts, seed)
		if err := it.Symmetric(classes); err != nil {
			t.Fatal(err)
		}
		sameSet(t, "NewRandom of representatives", texts(it, enough), texts(symmetric(t, counts, classes), enough))
	})
}

func TestRandomRepeatsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.SliceOfN(rapid.IntRange(1, 30), 0, 6).Draw(t, "counts")
		seed := rapid.Uint64().Draw(t, "seed")
		first := texts(permutations.NewRandom(counts, seed), 100)
		if second := texts(permutations.NewRandom(counts, seed), 100); !slices.Equal(first, second) {
			t.Fatalf("NewRandom(%v, %d): got %q, and then %q", counts, seed, first, second)
		}
	})
}

// A seed in a report has to give the same order years later. If this test fails, what it holds is
// right.
func TestRandomIsPinned(t *testing.T) {
	for _, test := range []struct {
		name   string
		counts []int
		seed   uint64
		want   []string
	}{
		{"all of few", []int{2, 2}, 1, []string{"0,1,0,1", "1,0,1,0", "0,0,1,1", "1,0,0,1", "0,1,1,0", "1,1,0,0"}},
		{"some", []int{6, 6}, 42, []string{"0,1,0,1,1,0,0,0,1,1,0,1", "0,1,1,0,1,1,0,0,0,1,1,0", "0,1,0,0,1,0,0,1,0,1,1,1"}},
		{"almost 64 bits", []int{33, 34}, 0, []string{
			"1,1,1,0,1,1,1,1,0,0,1,0,1,0,0,0,0,1,1,1,1,1,0,0,1,1,1,0,1,1,1,1,0,0,0,0,0,1,1,1,0,0,0,1,1,1,0,0,0,1,1,0,1,1,0,0,1,1,0,0,0,0,0,0,1,0,0",
			"1,0,0,1,1,1,0,1,1,1,0,1,0,1,0,0,0,0,0,0,1,1,1,0,0,1,1,1,0,1,0,0,1,1,1,1,0,0,0,0,0,0,0,0,0,1,1,1,0,0,1,0,0,1,1,1,1,0,1,1,1,0,1,0,1,1,0",
			"0,0,0,0,0,0,0,1,1,1,0,0,1,0,0,1,0,1,1,1,0,0,1,0,1,1,1,1,0,0,0,0,1,0,0,1,0,0,1,1,1,1,1,0,1,1,0,1,1,1,1,1,0,0,1,0,1,0,0,0,1,1,1,0,0,1,1",
		}},
		{"more than 64 bits", []int{40, 40}, math.MaxUint64, []string{
			"1,0,1,0,0,1,1,1,1,1,1,1,1,1,1,0,0,0,1,0,1,1,0,1,0,1,0,0,1,0,0,0,1,0,1,1,1,1,0,1,0,1,0,1,0,0,1,0,0,1,0,1,0,1,1,0,0,1,0,1,0,1,1,1,0,0,0,0,1,0,0,1,0,0,0,0,1,0,0,1",
			"0,0,1,1,0,0,1,0,1,0,1,1,1,0,0,1,1,0,1,0,1,0,0,0,0,0,0,1,0,1,0,0,1,1,1,1,0,0,1,1,1,1,0,1,1,0,1,1,0,0,0,1,1,0,0,1,0,0,1,1,0,0,0,1,0,1,0,0,1,0,0,1,1,1,0,1,1,1,0,1",
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := texts(random(test.counts, test.seed), len(test.want)); !slices.Equal(got, test.want) {
				t.Errorf("NewRandom(%v, %d):\n got %q\nwant %q", test.counts, test.seed, got, test.want)
			}
		})
	}
}

func TestRandomIsUniform(t *testing.T) {
	const seeds = 10_000
	counts := []int{2, 2, 1}
	all := allTexts(counts)
	uniform := map[string]float64{}
	for _, text := range all {
		uniform[text] = 1 / float64(len(all))
	}
	// 30 sequences: the 2nd is from a map, the 20th from an array.
	places := map[int]map[string]int{0: {}, 1: {}, 20: {}, 29: {}}
	for seed := range uint64(seeds) {
		for place, text := range texts(random(counts, seed), enough) {
			if seen, ok := places[place]; ok {
				seen[text]++
			}
		}
	}
	for place, seen := range places {
		mustBeLikely(t, "sequence at place "+permutations.Format([]int{place}), seen, uniform)
	}
}

// Each order of all sequences has to be as likely as any other.
func TestRandomOrdersAreUniform(t *testing.T) {
	const seeds = 10_000
	seen, uniform := map[[3]string]int{}, map[[3]string]float64{}
	for seed := range uint64(seeds) {
		order := [3]string(texts(random([]int{2, 1}, seed), enough))
		seen[order]++
		uniform[order] = 1.0 / 6
	}
	mustBeLikely(t, "order of three", seen, uniform)
}

func TestRandomRepresentativesAreUniform(t *testing.T) {
	const seeds = 10_000
	counts, classes := []int{2, 1, 2, 1}, []int{0, 1, 0, 1}
	seen, uniform := map[string]int{}, map[string]float64{}
	all := texts(symmetric(t, counts, classes), enough)
	for _, text := range all {
		uniform[text] = 1 / float64(len(all))
	}
	for seed := range uint64(seeds) {
		it := permutations.NewRandom(counts, seed)
		if err := it.Symmetric(classes); err != nil {
			t.Fatal(err)
		}
		seen[texts(it, 1)[0]]++
	}
	mustBeLikely(t, "representative", seen, uniform)
}

// Both where ranks are drawn and where threads are, the threads of the first and of the last turn are as
// likely as they have turns.
func TestRandomThreadsAreLikelyByTheirTurns(t *testing.T) {
	for name, counts := range map[string][]int{
		"ranks":            {1, 2, 6, 9},
		"ranks of 64 bits": {33, 34}, // 0.77·2⁶⁴ of them
		"threads":          {5, 10, 30, 35},
	} {
		t.Run(name, func(t *testing.T) {
			type pair struct{ first, last int }
			seen, probabilities := map[pair]int{}, map[pair]float64{}
			turns := float64(sum(counts))
			for first, n := range counts {
				for last, m := range counts {
					if first == last {
						m--
					}
					if m > 0 {
						probabilities[pair{first, last}] = float64(n) / turns * float64(m) / (turns - 1)
					}
				}
			}
			it := random(counts, 7)
			for range 10_000 {
				if !it.Next() {
					t.Fatal("Next: got false")
				}
				sequence := it.Sequence()
				if err := permutations.Check(sequence, counts); err != nil {
					t.Fatal(err)
				}
				seen[pair{sequence[0], sequence[len(sequence)-1]}]++
			}
			mustBeLikely(t, "first and last thread", seen, probabilities)
		})
	}
}

func TestRandomOfMoreThan64Bits(t *testing.T) {
	counts, classes := []int{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 20, 20}, []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}
	it := permutations.NewRandom(counts, 3)
	if err := it.Symmetric(classes); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for range 1000 {
		if !it.Next() {
			t.Fatal("Next: got false")
		}
		if err := permutations.Check(it.Sequence(), counts); err != nil {
			t.Fatal(err)
		}
		if !isCanonical(it.Sequence(), classes) {
			t.Fatalf("got %v, which is no representative", it.Sequence())
		}
		seen[permutations.Format(it.Sequence())] = true
	}
	if len(seen) != 1000 {
		t.Errorf("got %d different sequences, want 1000", len(seen))
	}
}

func TestRandomTakesMemoryForWhatWasGiven(t *testing.T) {
	const given = 50_000
	for name, test := range map[string]struct {
		of      func(counts []int, seed uint64) permutations.Sequences
		counts  []int
		perItem uint64
	}{
		"Random, of ranks":   {random, []int{6, 6, 6}, 100},
		"Random, of threads": {random, []int{30, 30, 30}, 100},
		"PCT": {func(counts []int, seed uint64) permutations.Sequences {
			return permutations.NewPCT(counts, 5, seed)
		}, []int{30, 30, 30}, 100},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			it := test.of(test.counts, 1)
			for range given {
				it.Next()
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			runtime.KeepAlive(it)
			got := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / given
			t.Logf("%d bytes for each sequence", got)
			if got > int64(test.perItem) {
				t.Errorf("got %d bytes for each sequence, want at most %d", got, test.perItem)
			}
		})
	}
}

func TestMisuseOfRandomPanics(t *testing.T) {
	mustPanic(t, func() { random([]int{0}, 0) }, "permutations: NewRandom: thread 0 has 0 turns")
	it := permutations.NewRandom([]int{1, 1}, 0)
	it.Next()
	mustPanic(t, func() { _ = it.Symmetric([]int{0, 0}) }, "permutations: Random.Symmetric: Next was called already")
}

func BenchmarkRandomSteps(b *testing.B) {
	benchmarkSteps(b, func(counts []int) permutations.Sequences { return random(counts, 1) })
}
