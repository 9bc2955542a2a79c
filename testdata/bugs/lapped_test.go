package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestLapped(t *testing.T) { orchestrate.Test(t, lapped((*ring).read)) }

func TestLappedRepaired(t *testing.T) { orchestrate.Test(t, lapped((*ring).readRepaired)) }

// lapped has six writers of three messages each, and a reader of twelve.
func lapped(read func(*ring) (sender, text int64)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var r ring
		for i := range 6 {
			t.Go("writer", func() {
				for j := range 3 {
					r.write(int64(10*i + j))
				}
			})
		}
		t.Go("reader", func() {
			for range 12 {
				if sender, text := read(&r); sender != text {
					t.Errorf("got the text of message %d from the sender of message %d", text, sender)
				}
			}
		})
	}
}
