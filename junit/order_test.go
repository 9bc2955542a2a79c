package junit

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/orchtest/orchtest/permutations"
)

func TestCompareNames(t *testing.T) {
	t.Parallel()
	sorted := []string{
		"FuzzA/seed#0",
		"TestA",
		"TestA/0,0,1,1",
		"TestA/0,1,0,1",
		"TestA/0,1,0,10",
		"TestA/0,2,0,1",
		"TestA/0,10,0,1",
		"TestA/1,0",
		"TestA/0,0,1,1#01",
		"TestA/1,0#01",
		"TestA/0,0,1,1#10",
		"TestA/",
		"TestA/#00",
		"TestA/b",
		"TestA/b/0,1",
		"TestA/b/c",
		"TestA/b#01",
		"TestA/b,1",
		"TestA1",
		"TestB",
	}
	for i, a := range sorted {
		for j, b := range sorted {
			if got, want := compareNames(a, b), compareInts(i, j); got != want {
				t.Errorf("compareNames(%q, %q) = %d, want %d", a, b, got, want)
			}
		}
	}
	shuffled := slices.Clone(sorted)
	slices.Reverse(shuffled)
	slices.SortFunc(shuffled, compareNames)
	if diff := cmp.Diff(sorted, shuffled); diff != "" {
		t.Errorf("sorted (-want +got):\n%s", diff)
	}
}

// The names that are compared as texts have that order.
func TestPlainNames(t *testing.T) {
	for rest, want := range map[string]bool{
		"/0,1": true, "/0": true, "/10,1": false, "/0,1#01": false, "/0,": false, "/": false, "": false, "0,1": false, "/0,a": false,
		"/0;1": false, "/0,1,": false, "//0": false,
	} {
		if got := isPlain(rest); got != want {
			t.Errorf("isPlain(%q) = %v, want %v", rest, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		sequence := rapid.SliceOfN(rapid.IntRange(0, 11), 1, 6)
		parent := &test{name: "TestA/b"}
		var tests []*test
		for range rapid.IntRange(2, 8).Draw(t, "tests") {
			name := parent.name + "/" + permutations.Format(sequence.Draw(t, "sequence")) + rapid.SampledFrom([]string{"", "", "#01"}).Draw(t, "call")
			tests = append(tests, &test{name: name, parent: parent})
		}
		want := slices.SortedStableFunc(slices.Values(tests), func(a, b *test) int { return compareNames(a.name, b.name) })
		if got := sorted(tests); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", namesOf(got), namesOf(want))
		}
	})
}

func namesOf(tests []*test) (names []string) {
	for _, t := range tests {
		names = append(names, t.name)
	}
	return names
}

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
