package runner

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
)

// An onlySequence is the one scenario that --sequence asks for.
type onlySequence struct {
	text     string
	sequence []int
	call     int
	trail    *trail // where its turns ended when it was named; nil where that is not known
	misfit   error  // why it cannot be run, though it could be then

	pkg, test string        // known once the plan run has ended
	events    []parse.Event // of the plan run
}

// parseOnly reads the value of --sequence: a sequence as a scenario's name has it, 0,1,0,1 or
// 0,1,0,1#01.
func parseOnly(text string) (*onlySequence, error) {
	list, suffix, hasCall := strings.Cut(text, "#")
	only := &onlySequence{text: text}
	var err error
	if only.sequence, err = permutations.Parse(strings.TrimSpace(list)); err != nil {
		return nil, usagef("--sequence: %w", err)
	}
	if hasCall {
		if only.call, err = strconv.Atoi(suffix); err != nil || only.call < 1 {
			return nil, usagef("--sequence %s: #%s is no call: after # stands 01 for the second call "+
				"in the test, 02 for the third, as in the scenario's name", text, suffix)
		}
	}
	return only, nil
}

// gather keeps an event of the plan run: which test is meant is known only at its end.
func (r *run) gather(e parse.Event) { r.only.events = append(r.only.events, e) }

// A candidate is an orchestrated test in the plan run.
type candidate struct {
	pkg, test string
	plans     []protocol.Plan
}

// single finds the test that --sequence is for, and then deals with the events of the plan run.
func (r *run) single() error {
	candidates, built := r.candidates()
	// What does not build, fails without an orchestrated test, or was interrupted is shown as ever.
	if (len(candidates) > 0 || built) && r.ctx.Err() == nil {
		if err := r.choose(candidates); err != nil {
			return err
		}
	}
	for _, event := range r.only.events {
		r.event(event)
	}
	return nil
}

// candidates returns the orchestrated tests among the events, and whether every package was built.
func (r *run) candidates() (all []candidate, built bool) {
	attrs := map[string]*parse.Attrs{}
	index := map[string]int{}
	built = true
	for _, e := range r.only.events {
		if e.Action == parse.ActionBuildFail || e.FailedBuild != "" {
			built = false
		}
		if attrs[e.Package] == nil {
			attrs[e.Package] = new(parse.Attrs)
		}
		reported, err := attrs[e.Package].Add(e)
		if err != nil || reported.Plan == nil || len(reported.Plan.Threads) == 0 {
			continue // an error is reported once the event is dealt with
		}
		id := e.Package + " " + e.Test
		i, known := index[id]
		if !known {
			i = len(all)
			index[id] = i
			all = append(all, candidate{pkg: e.Package, test: e.Test})
		}
		all[i].plans = append(all[i].plans, *reported.Plan)
	}
	return all, built
}

// choose finds the one test and call that the sequence is for, and checks that it fits.
func (r *run) choose(all []candidate) error {
	only := r.only
	matching := ""
	if r.Run != "" {
		matching = "matches --run " + r.Run + " "
	}
	if len(all) > 1 {
		// A pattern also selects the subtests of what it names: the test itself is meant.
		exact := slices.DeleteFunc(slices.Clone(all), func(c candidate) bool { return protocol.Pattern(c.test) != r.Run })
		if len(exact) == 1 {
			all = exact
		}
	}
	switch len(all) {
	case 0:
		return usagef("--sequence %s: no orchestrated test %sin %s: it takes exactly one", only.text,
			matching, strings.Join(r.goArgs.patterns(r.Packages), " "))
	case 1:
	default:
		var names []string
		for _, c := range all {
			names = append(names, fmt.Sprintf("%s (%s)", protocol.Pattern(c.test), c.pkg))
		}
		slices.Sort(names)
		return usagef("--sequence %s: it takes exactly one orchestrated test, and there are %d: name its package, and it with --run: %s",
			only.text, len(all), strings.Join(names, ", "))
	}
	return only.fit(all[0], r.Explore == explore.Tree)
}

// check checks the sequence against a plan. In a tree its turns may be more or fewer than planned: whether
// it is an execution is known when it has been run.
func (o *onlySequence) check(plan protocol.Plan, tree bool) error {
	err := permutations.Check(o.sequence, plan.Counts)
	if err == nil || len(o.sequence) == 0 || slices.Max(o.sequence) >= len(plan.Threads) {
		return err
	}
	if tree || slices.Contains(plan.Sequences, permutations.Format(o.sequence)) {
		return nil
	}
	return fmt.Errorf("%w; if --explore tree has found it, give that flag too", err)
}

// fit checks the sequence against the plan of the call that it is for.
func (o *onlySequence) fit(c candidate, tree bool) error {
	for _, plan := range c.plans {
		if plan.Call != o.call {
			continue
		}
		if err := o.check(plan, tree); err != nil && (o.trail == nil || tree || len(plan.Threads) == 0) {
			return usagef("--sequence: %s: %w", c.test, err)
		} else if err != nil {
			o.misfit = err
		}
		o.pkg, o.test = c.pkg, c.test
		return nil
	}
	if len(c.plans) == 1 {
		return usagef("--sequence %s: %s has one call of orchestrate.Test or Run: leave out the #", o.text, c.test)
	}
	return usagef("--sequence %s: %s has %d calls of orchestrate.Test or Run, the last of which is %s",
		o.text, c.test, len(c.plans), protocol.Suffix(c.plans[len(c.plans)-1].Call))
}
