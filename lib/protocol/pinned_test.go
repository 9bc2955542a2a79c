package protocol_test

import (
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
)

func TestFits(t *testing.T) {
	for _, test := range []struct {
		name                       string
		sequence, counts, executed []int
		misfit                     string // "" if it fits
	}{
		{"of the plan", []int{0, 1, 1, 0}, []int{2, 2}, []int{0, 1, 0, 1}, ""},
		{"what was executed", []int{1, 0, 0, 0}, []int{2, 1}, []int{1, 0, 0, 0}, ""},
		{
			"more turns", []int{0, 1, 0}, []int{1, 1}, []int{0, 1},
			"sequence 0,1,0 no longer fits: the threads have the turns 2,1 in it, and took 1,1 in the serial run now; " +
				"asked for it, the test executed 0,1",
		},
		{
			"a thread that is gone", []int{0, 2, 1}, []int{1, 1}, nil,
			"sequence 0,2,1 no longer fits: it has a turn of thread 2, and there are 2 threads now, with the turns 1,1",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := protocol.Fits(test.sequence, test.counts, test.executed)
			if got != (test.misfit == "") {
				t.Errorf("got %v", got)
			}
			if text := protocol.Misfit(test.sequence, test.counts, test.executed); test.misfit != "" && text != test.misfit {
				t.Errorf("got  %s\nwant %s", text, test.misfit)
			}
		})
	}
}
