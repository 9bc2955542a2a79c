package orchestrate_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

// A sequence may be the beginning of one: what is missing follows, always the lowest index that can.
func TestBeginningOfASequence(t *testing.T) {
	for _, test := range []struct {
		name             string
		sequence, counts []int
		want             string
	}{
		{"one", []int{1}, []int{2, 2, 2}, "1 0 0:end 1:end 2 2:end"},
		{"several", []int{2, 0, 1}, []int{2, 2, 2}, "2 0 1 0:end 1:end 2:end"},
		{"of a thread that takes less turns", []int{1, 1, 1}, []int{2, 3, 2}, "1 1:end 0 0:end 2 2:end"},
		{"of a thread that takes more turns", []int{2}, []int{1, 1, 1}, "2 0 1 0:end 1:end 2:end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			turns := turnsOf(t, test.sequence, test.counts, func(t *orchestrate.T) {
				for range test.counts {
					t.Go("", thread(2))
				}
			})
			wantTold(t, turns, test.want)
		})
	}
}

func TestBeginningOfASequenceThatBlocks(t *testing.T) {
	for _, test := range []struct {
		name     string
		sequence []int
		want     string
	}{
		{"serial", []int{0}, "0 0 0:end 1 1 1:end 2 2:end"},
		{"one is blocked", []int{1}, "1 0(M till 3) 1[0] 0 0:end 1:end 2 2:end"},
		{"blocked in the beginning", []int{1, 0, 0, 2}, "1 0(M till 4) 2[0] 1[0] 0 0:end 1:end 2:end"},
		{"an index that is not ready is passed over", []int{1, 0, 0}, "1 0(M till 3) 1[0] 0 0:end 1:end 2 2:end"},
	} {
		t.Run(test.name, func(t *testing.T) {
			turns := turnsOf(t, test.sequence, []int{3, 3, 2}, func(t *orchestrate.T) {
				var mu sync.Mutex
				for range 2 {
					t.Go("", func() {
						holding(mu.Lock, mu.Unlock)()
						waitAfterwards(nothing)()
					})
				}
				t.Go("", thread(2))
			})
			wantTold(t, turns, strings.ReplaceAll(test.want, "M", "sync.Mutex.Lock"))
		})
	}
}
