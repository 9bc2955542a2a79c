package merge

import (
	"math"
	"math/big"
	"slices"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// together returns what all shards say of the exploration of a call. What shards are missing of is neither
// planned nor complete.
func (r *Run) together(c *call) exploration {
	var sum exploration
	var infeasible big.Int
	all := make([]exploration, 0, len(r.files))
	for _, f := range r.files {
		e, ok := c.explorations[f]
		if !ok {
			continue
		}
		all = append(all, e)
		if n, ok := new(big.Int).SetString(e.Infeasible, 10); ok {
			infeasible.Add(&infeasible, n)
		}
		if len(all) == 1 {
			sum = e
			sum.Shard, sum.Part, sum.Strategies = nil, "", nil
			continue
		}
		parse.Count(&sum, e)
		if e.Shrunk != nil && (sum.Shrunk == nil || e.Shrunk.Switches < sum.Shrunk.Switches) {
			sum.Shrunk = e.Shrunk
		}
		sum.Unlisted += e.Unlisted
		sum.OutOfTime = sum.OutOfTime || e.OutOfTime
		sum.Interrupted = sum.Interrupted || e.Interrupted
		sum.More = sum.More || e.More
	}
	whole := len(all) == r.Of
	if sum.Infeasible = ""; infeasible.Sign() > 0 {
		sum.Infeasible = infeasible.String()
	}
	sum.Version, sum.Call = protocol.Version, c.plan.Call
	sum.More = sum.More || !whole && sum.Sequences == ""
	sum.Strategies = strategies(all, whole)
	sum.Outcomes = outcomes(all)
	return sum
}

// outcomes returns what the scenarios of all shards came out with.
func outcomes(all []exploration) (sum []protocol.Outcome) {
	for _, e := range all {
		for _, o := range e.Outcomes {
			i := slices.IndexFunc(sum, func(other protocol.Outcome) bool { return other.Label == o.Label })
			if i < 0 {
				sum = append(sum, o)
				continue
			}
			sum[i].Scenarios += o.Scenarios
			sum[i].Failed += o.Failed
			if sum[i].Sequence == "" || o.Sequence != "" && before(o.Sequence, sum[i].Sequence) {
				sum[i].Sequence = o.Sequence
			}
		}
	}
	protocol.SortOutcomes(sum)
	return sum
}

// before reports whether a sequence comes before another one in lexicographic order.
func before(a, b string) bool {
	one, err := permutations.Parse(a)
	other, err2 := permutations.Parse(b)
	return err == nil && err2 == nil && slices.Compare(one, other) < 0
}

// strategies returns how all shards chose their scenarios. Those of one run have the same strategies.
func strategies(all []exploration, whole bool) (sum []protocol.Strategy) {
	for _, e := range all {
		for i, s := range e.Strategies {
			if i == len(sum) {
				sum = append(sum, s)
				sum[i].Scenarios = 0
			}
			sum[i].Scenarios += s.Scenarios
		}
	}
	for i := range sum {
		if sum[i].Complete != nil {
			sum[i].Complete = complete(all, i, whole)
		}
	}
	return sum
}

// complete returns up to how many preemptions each shard has run all its executions, as far as all have.
func complete(all []exploration, strategy int, whole bool) *protocol.Complete {
	level, most := math.MaxInt, -1
	if !whole {
		level = -1
	}
	for _, e := range all {
		if strategy >= len(e.Strategies) || e.Strategies[strategy].Complete == nil {
			level = -1
			continue
		}
		c := e.Strategies[strategy].Complete
		most = max(most, len(c.Levels)-1)
		if parse.Partial(e) || e.NotRun > 0 {
			level = min(level, c.Preemptions)
		}
	}
	if level == math.MaxInt {
		level = most // all have run everything
	}
	sum := &protocol.Complete{Preemptions: level}
	for _, e := range all {
		if strategy >= len(e.Strategies) || e.Strategies[strategy].Complete == nil {
			continue
		}
		levels := e.Strategies[strategy].Complete.Levels
		for _, n := range levels[:min(level+1, len(levels))] {
			sum.Executions += n
		}
	}
	return sum
}
