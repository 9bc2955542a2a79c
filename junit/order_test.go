package junit

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
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

func compareInts(a, b int) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
