package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestLapped2(t *testing.T) { orchestrate.Test(t, lapped(1, (*ring).read)) }
func TestLapped7(t *testing.T) { orchestrate.Test(t, lapped(6, (*ring).read)) }

func TestLapped2Repaired(t *testing.T) { orchestrate.Test(t, lapped(1, (*ring).readRepaired)) }
func TestLapped7Repaired(t *testing.T) { orchestrate.Test(t, lapped(6, (*ring).readRepaired)) }

// lapped has so many writers, of eighteen messages in all, and a reader of twelve.
func lapped(writers int, read func(*ring) (sender, text int64)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var r ring
		for i := range writers {
			t.Go("writer", func() {
				for j := range 18 / writers {
					r.write(int64(100*i + j))
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
