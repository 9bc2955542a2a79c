package travel_test

import (
	"slices"
	"testing"

	"github.com/orchtest/orchtest/examples/travel"
	"github.com/orchtest/orchtest/lib/orchestrate"
)

// TestBook books two seats for two passengers, under every order in which the steps of the two calls
// can come.
func TestBook(t *testing.T) {
	counts := orchestrate.Test(t, func(t *orchestrate.T) {
		train := travel.NewTrain(2)
		book := func(passenger string) {
			if _, err := train.Book(passenger); err != nil {
				t.Errorf("%s: %v", passenger, err)
			}
		}
		t.Go("Ada", func() { book("Ada") })
		t.Go("Bob", func() { book("Bob") })
		t.Wait()

		got := slices.Sorted(slices.Values(train.Passengers()))
		if want := []string{"Ada", "Bob"}; !slices.Equal(got, want) {
			t.Errorf("on the train: %q, want %q", got, want)
		}
	})
	// A syncpoint that somebody moves or deletes leaves fewer orders to run, all of which may pass.
	if want := (orchestrate.Counts{2, 2}); !slices.Equal(counts, want) {
		t.Errorf("the threads took %v turns, want %v", counts, want)
	}
}
