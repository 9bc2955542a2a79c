package hunt

import (
	"github.com/orchtest/orchtest/lib/internal/decide"
	"github.com/orchtest/orchtest/lib/protocol"
)

// deciders are those of the request's strategies.
type deciders struct{ state uint64 }

func (d *deciders) init(h *hunter) error { return nil }

func (d *deciders) begin(h *hunter, number int) decide.Decider {
	d.state = (h.request.Seed+uint64(number)+1)*0x9E3779B97F4A7C15 | 1
	return d
}

//go:norace
func (d *deciders) Decide(x *decide.Decision) int {
	d.state ^= d.state << 13
	d.state ^= d.state >> 7
	d.state ^= d.state << 17
	return int((d.state >> 11) % uint64(len(x.Options)))
}

func (d *deciders) exhausted() bool                              { return false }
func (d *deciders) writeTrace(s *schedule)                       {}
func (d *deciders) describe(s *schedule, r *protocol.HuntReport) {}
func (s *schedule) decisions() int                               { return s.conductor.Taken() }
