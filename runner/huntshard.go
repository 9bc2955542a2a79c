package runner

import (
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/hunting"
	"github.com/orchtest/orchtest/lib/protocol"
)

// sharded does the work as one of several shards, if the run is that: the stream says so.
func (h *hunt) sharded(work func() error) (err error) {
	if h.Shard.Of == 0 {
		return work()
	}
	if h.shares, err = h.sharePackages(); err != nil {
		return err
	}
	inputs, err := h.inputs()
	if err != nil {
		return err
	}
	for name, value := range map[string]string{
		"--schedules": strconv.Itoa(h.o.Schedules), "--strategy": h.o.Strategy, "--max-steps": strconv.Itoa(h.o.MaxSteps),
		"--real-time": strconv.FormatBool(h.o.RealTime), "--instrument": strings.Join(h.o.Instrument, " "),
	} {
		inputs["hunt "+name] = value
	}
	h.mu.Lock()
	h.emitShard(func(s *protocol.ShardRecord) { s.Inputs, s.Dir = inputs, h.Dir })
	h.mu.Unlock()
	err = work()
	h.endShard(err)
	return err
}

// share makes a plan for each test that is this shard's: of all, in the order of packages, every n-th. A test is not
// shared out itself, since the delay-bounded search is one.
func (h *hunt) share() {
	if of := h.Shard.Of; of > 0 {
		var mine []*huntTest
		for i, t := range h.tests {
			if i%of == h.Shard.Index-1 {
				mine = append(mine, t)
			}
		}
		h.tests = mine
	}
	several := len(h.tests) < h.Parallel
	for _, t := range h.tests {
		t.plan = hunting.NewPlan(hunting.Turns(h.o.Strategy), h.limit, several)
	}
}
