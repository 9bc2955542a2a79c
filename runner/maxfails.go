package runner

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// errEnough ends a run in which as many tests have failed as may.
var errEnough = errors.New("as many failures as --max-fails allows")

// A failLimit is a sink that counts the tests and scenarios that failed. What fails because a subtest or a
// scenario of it did is not counted again.
type failLimit struct {
	max     int // 0 is without a limit
	reached func()

	failed int
	whole  map[string]bool   // packages that have come to their end, and were not cut short
	above  map[testName]bool // tests below which one failed, that have not ended
}

// A testName is that of a test of any package.
type testName struct{ pkg, test string }

func newFailLimit(max int, reached func()) *failLimit {
	return &failLimit{max: max, reached: reached, whole: map[string]bool{}, above: map[testName]bool{}}
}

func (l *failLimit) event(e parse.Event, _ bool) error {
	if e.Key == protocol.AttrRerun {
		l.max = 0 // these have been counted
	}
	if l.max == 0 || !e.Ends() {
		return nil
	}
	if e.Test == "" {
		l.whole[e.Package] = l.failed < l.max || e.Action != parse.ActionFail
		return nil
	}
	name := testName{e.Package, e.Test}
	counted := l.above[name]
	delete(l.above, name)
	if e.Action != parse.ActionFail {
		return nil
	}
	for parent := range parents(e.Test) {
		l.above[testName{e.Package, parent}] = true
	}
	if counted {
		return nil
	}
	if l.failed++; l.failed == l.max {
		l.reached()
	}
	return nil
}

// interrupted reports whether a signal has ended the run.
func (r *run) interrupted() bool {
	return r.ctx.Err() != nil && !errors.Is(context.Cause(r.ctx), errEnough)
}

// leftOut tells of the packages that have not come to their end, once the limit has ended the run: in the stream of
// those that have not begun, and in a line for the summary of all. There may be none.
func (r *run) leftOut(ctx context.Context) (string, error) {
	all, err := r.packages(ctx)
	if err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	why := fmt.Sprintf("the run ended after %s (--max-fails %d)", parse.Counted(r.MaxFails, "failure"), r.MaxFails)
	var left []string
	for _, name := range all {
		if r.limit.whole[name] {
			continue
		}
		left = append(left, name)
		if r.keeper.packages[name] == nil {
			now := r.Now()
			r.stream.emit(parse.Event{Time: &now, Action: parse.ActionStart, Package: name})
			r.stream.emit(parse.Event{Time: &now, Action: parse.ActionOutput, Package: name, Output: "orchtest: not run: " + why + "\n"})
		}
	}
	if len(left) == 0 {
		return "", nil
	}
	return fmt.Sprintf("NOT RUN, or not to the end, as %s: %s: %s\n", why, parse.Counted(len(left), "package"), strings.Join(left, ", ")), nil
}

// packages are the import paths of those that are to be tested.
func (r *run) packages(ctx context.Context) ([]string, error) {
	if r.shares != nil && len(r.shares.all) > 0 {
		return r.shares.run, nil
	}
	out, _, err := r.goOutput(ctx, slices.Concat([]string{"list", "-e", "-find"}, r.buildFlags(), []string{"--"}, r.patterns())...)
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return strings.Fields(string(out)), nil
}
