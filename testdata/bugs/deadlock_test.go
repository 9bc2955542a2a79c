package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestDeadlock(t *testing.T) { orchestrate.Test(t, deadlock(database.report)) }

func TestDeadlockRepaired(t *testing.T) { orchestrate.Test(t, deadlock(database.reportRepaired)) }

// deadlock has four requests and as many connections.
func deadlock(report func(database)) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		db := newDatabase(4)
		for range 4 {
			t.Go("request", func() { report(db) })
		}
	}
}
