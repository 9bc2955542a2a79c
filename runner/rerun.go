package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// DefaultRerunMaxFailures is how many tests may have failed for them to be run again where nothing else is asked for.
const DefaultRerunMaxFailures = 10

// reruns is a sink that finds the ordinary tests that are to be run again. A scenario is not: it fails each time.
type reruns struct {
	orchestrated map[testName]bool
	below        map[testName]bool // tests below which one failed
	failed       []testName        // of ordinary tests, those that failed by themselves
	unfit        string            // why nothing can be run again; "" is no reason
	whole        map[string]bool   // packages in which a test failed
}

func newReruns() *reruns {
	return &reruns{orchestrated: map[testName]bool{}, below: map[testName]bool{}, whole: map[string]bool{}}
}

func (s *reruns) event(e parse.Event, _ bool) error {
	name := testName{e.Package, e.Test}
	switch {
	case e.Key == protocol.AttrPlan:
		s.orchestrated[name] = true
	case e.Action == parse.ActionBuildFail:
		s.unfit = "a package was not built"
	case e.Action == parse.ActionOutput && strings.HasPrefix(e.Output, "panic: ") && !s.scenario(name):
		s.unfit = "a test seems to have panicked, and others may not have run"
	case e.Action != parse.ActionFail:
	case e.Test == "" && !s.whole[e.Package]:
		s.unfit = e.Package + " failed, and no test of it did"
	case e.Test != "":
		s.whole[e.Package] = true
		for parent := range parents(e.Test) {
			s.below[testName{e.Package, parent}] = true
		}
		if !s.below[name] && !s.scenario(name) && !strings.HasPrefix(e.Test, "Benchmark") && !slices.Contains(s.failed, name) {
			s.failed = append(s.failed, name)
		}
	}
	return nil
}

// scenario reports whether a test is orchestrated, or below one that is.
func (s *reruns) scenario(name testName) bool {
	if s.orchestrated[name] {
		return true
	}
	for parent := range parents(name.test) {
		if s.orchestrated[testName{name.pkg, parent}] {
			return true
		}
	}
	return false
}

// rerun runs the ordinary tests that failed again, as often as it may until they pass. It returns what the run has
// come to then.
func (r *run) rerun(err error) error {
	if r.RerunFails == 0 || !errors.Is(err, ErrFailed) || len(r.reruns.failed) == 0 {
		return err
	}
	failed := slices.Clone(r.reruns.failed)
	switch {
	case r.reruns.unfit != "":
		r.notAgain = r.reruns.unfit
	case len(failed) > r.RerunMaxFailures:
		r.notAgain = fmt.Sprintf("%s failed, more than --rerun-fails-max-failures %d", parse.Counted(len(failed), "test"), r.RerunMaxFailures)
	}
	if r.notAgain != "" {
		return err
	}
	for time := 1; time <= r.RerunFails && len(failed) > 0; time++ {
		r.console.again(time)
		for _, name := range failed {
			if err := r.rerunTest(name, time); err != nil {
				return err
			}
		}
		failed = slices.DeleteFunc(failed, func(name testName) bool { return !r.verdict.failures[name] })
	}
	if !r.verdict.failed.Load() {
		return nil
	}
	return err
}

// rerunTest runs one test again.
func (r *run) rerunTest(name testName, time int) error {
	reader := &eventReader{other: r.nonEvent}
	reader.event = func(e parse.Event) {
		if e.Key == protocol.AttrPlan || e.Key == protocol.AttrScenario {
			return // what runs along is not explored once more
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stream.emit(e)
		if e.Action == parse.ActionStart {
			r.stream.emit(parse.Event{Time: e.Time, Action: parse.ActionAttr, Package: e.Package,
				Key: protocol.AttrRerun, Value: strconv.Itoa(time)})
		}
	}
	args := slices.Concat([]string{"test", "-json"}, r.buildFlags(), r.goArgs.test)
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "-count=") }) {
		args = append(args, "-count=1") // that it once passed says nothing
	}
	args = append(append(args, "-run="+protocol.Pattern(name.test)), r.patternsOf(name.pkg)...)
	if len(r.goArgs.own) > 0 {
		args = append(append(args, "-args"), r.goArgs.own...)
	}
	_, err := r.executor.execute(r.ctx, command{
		path: r.goTool, args: args, dir: r.Dir,
		env:    with(with(r.Env, protocol.EnvMode, protocol.ModePlan), protocol.EnvTimeout, r.ScenarioTimeout.String()),
		output: reader, errors: r.Stderr,
	})
	reader.close()
	return cmp.Or(err, context.Cause(r.ctx))
}
