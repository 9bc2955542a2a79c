package orchestrate_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func TestInASynctestBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		scenarios := 0
		counts := orchestrate.Test(t, func(t *orchestrate.T) {
			scenarios++
			start := time.Now()
			for range 2 {
				t.Go("", func() {
					time.Sleep(time.Hour)
					syncpoint.Here()
					time.Sleep(time.Hour)
				})
			}
			t.Wait()
			// Nobody else runs during a turn, so no thread sleeps while another one does.
			if got, want := time.Since(start), 4*time.Hour; got != want {
				t.Errorf("took %v, want %v", got, want)
			}
		})
		if want := (orchestrate.Counts{2, 2}); !slices.Equal(counts, want) || scenarios != 6 {
			t.Errorf("got counts %v and %d scenarios, want %v and 6", counts, scenarios, want)
		}
	})
}

// The Ts of two bubbles and of the test itself have one name.
var bubbles = child("TestBubbles", func(t *testing.T) {
	orchestrate.Run(t, []func(){thread(2), thread(1)})
	for range 2 {
		synctest.Test(t, func(t *testing.T) {
			orchestrate.Run(t, []func(){thread(2), thread(2)})
		})
	}
})

func TestCallsInBubblesAreToldApart(t *testing.T) {
	t.Parallel()
	var got []string
	for _, p := range runChild(t, bubbles, plan).plans {
		got = append(got, fmt.Sprint(p.Call, " ", p.Counts))
	}
	if want := []string{"0 [2 1]", "1 [2 2]", "2 [2 2]"}; !slices.Equal(got, want) {
		t.Errorf("got plans %v, want %v", got, want)
	}
	r := runChild(t, bubbles, scenario(bubbles, 2, "1,0,1,0", "2,2"))
	r.wantStatus(t, 0)
	if s := r.scenario(t); s.Call != 2 || ends(s) != "1 0 1:end 0:end" {
		t.Errorf("got turns %s of call %d, want 1 0 1:end 0:end of call 2", ends(s), s.Call)
	}
}
