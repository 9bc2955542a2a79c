package bugs

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
	"github.com/orchtest/orchtest/lib/syncpoint"
)

func TestDoubleChecked(t *testing.T) { orchestrate.Test(t, doubleChecked((*client).connect)) }

func TestDoubleCheckedRepaired(t *testing.T) {
	orchestrate.Test(t, doubleChecked((*client).connectRepaired))
}

// doubleChecked has three users of a client, each of whom sends five requests once there is a connection.
func doubleChecked(connect func(*client) *conn) func(*orchestrate.T) {
	return func(t *orchestrate.T) {
		var c client
		for range 3 {
			t.Go("user", func() {
				conn := connect(&c)
				if conn == nil {
					t.Error("there is no connection")
					return
				}
				for range 5 {
					conn.sent.Add(1)
					syncpoint.Here()
				}
			})
		}
	}
}
