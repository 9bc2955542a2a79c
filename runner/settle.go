package runner

import (
	"context"
	"slices"
	"strconv"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// sharesState is why a scenario fails that passes in a process of its own.
const sharesState = "fails only after other scenarios: state is shared between scenarios"

// settle reports the last scenario of a batch. One that failed, or took other turns than it was asked for, is
// run again in a process of its own.
func (x *exploration) settle(ctx context.Context, last *ran, result scenarioResult) {
	if !result.canceled {
		again := last.read(&result)
		bad := result.verdict == failed || result.verdict == errored
		if bad && !result.edge {
			x.failed.Store(true) // nothing changes that
		}
		if bad || again {
			result = result.confirmed(x.alone(ctx, last.task))
		}
	}
	x.report(result)
	switch {
	case !last.passed:
		last.done(&result)
	case result.verdict != passed:
		last.call.correct(last.request, result)
	}
}

// confirmed returns what is to be said of a scenario which was run in a batch, and then alone.
func (s scenarioResult) confirmed(alone scenarioResult) scenarioResult {
	switch {
	case s.verdict == passed: // it had only taken other turns
		return alone
	case alone.canceled:
		return s
	case alone.verdict == failed || alone.verdict == s.verdict:
		alone.again = action(alone.verdict)
		return alone
	}
	s.again = action(alone.verdict)
	why := sharesState
	switch alone.verdict {
	case errored:
		why = "in a process of its own it could not be run: " + alone.reason
	case skipped:
		why += "; in a process of its own it is skipped"
		fallthrough
	default:
		s.sequence, s.diverged, s.edge = alone.sequence, alone.diverged, alone.edge // its name, where nothing is shared
	}
	if s.reason != "" {
		why = s.reason + "; " + why
	}
	s.reason = why
	return s
}

// action is what the stream calls a verdict.
func action(v verdict) string {
	switch v {
	case failed:
		return parse.ActionFail
	case errored:
		return "error"
	case skipped:
		return parse.ActionSkip
	}
	return parse.ActionPass
}

// onlyAfterOthers reports whether the scenario failed in a batch, and not in a process of its own.
func (s scenarioResult) onlyAfterOthers() bool {
	return s.again == parse.ActionPass || s.again == parse.ActionSkip
}

// batchFlags are those by which the same scenarios run one after the other in one process, as far as that can
// be had again.
func (r *run) batchFlags(call *exploredCall) []string {
	flags := []string{"--isolation", Batch, "--parallel", "1"}
	if r.Explore != "" {
		flags = append(flags, "--explore", r.Explore)
	}
	if call.draws() {
		flags = append(flags, "--seed", strconv.FormatUint(r.Seed, 10))
	}
	if r.Explore == explore.WithPCT {
		flags = append(flags, "--depth", strconv.Itoa(r.Depth))
	}
	if r.Shard.Of > 0 {
		flags = append(flags, "--shard", r.Shard.String())
	}
	if r.MaxScenarios != DefaultMaxScenarios && r.MaxScenarios != unlimited {
		flags = append(flags, "--max-scenarios", strconv.Itoa(r.MaxScenarios))
	}
	return flags
}

// draws reports whether what is run depends on the seed.
func (c *exploredCall) draws() bool {
	if c.search == nil {
		return false
	}
	drawn := func(s protocol.Strategy) bool { return s.Seed != "" }
	return slices.ContainsFunc(c.search.Progress().Strategies, drawn)
}
