package runner

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/permutations"
	"github.com/orchtest/orchtest/timeline"
)

// DefaultShrinkTime is for how long people let it look for fewer switches where they say nothing else.
const DefaultShrinkTime = 5 * time.Second

// mostOtherWays is after how many scenarios that fail in another way the search for fewer switches ends: each of them
// is told of.
const mostOtherWays = 5

// A shrinker looks, when the exploration of a call has ended with a failure, for the scenario that fails in the same
// way with the fewest switches. It is a [source].
type shrinker struct {
	x      *exploration
	call   *exploredCall
	search *explore.Fewer
	end    time.Time
	found  scenarioResult // what failed first

	// What follows is guarded by run.mu.
	best      scenarioResult
	fewest    int // the switches of best
	scenarios int // that were run
	others    int // of these, that failed in another way
	claimed   map[string]*task
	merged    []int   // the sequence that further ones are
	further   [][]int // made of, by putting turns of a thread together
}

// shrink looks for fewer switches, if a scenario of the call has failed, and reports what was held back: that with the
// fewest switches first.
func (x *exploration) shrink(ctx context.Context, call *exploredCall) {
	if len(call.held) == 0 {
		return
	}
	s := newShrinker(x, call)
	defer x.follow(call)()
	x.over = s.over
	x.each(ctx, s)
	x.over = nil
	x.rest(call.notes.unasked(false), s.shortCutTask)
	cut := s.cut(ctx)
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	held := call.held
	call.held = nil
	call.shrunk = s.say(cut)
	slices.SortStableFunc(held, func(a, b scenarioResult) int { return cmp.Compare(s.rank(a), s.rank(b)) })
	for _, result := range held {
		result.needs = s.needs(result)
		result.brief = s.rank(result) == 2 && s.switches(result) > s.fewest && result.way() == s.found.way()
		x.r.emit(result)
	}
}

func newShrinker(x *exploration, call *exploredCall) *shrinker {
	s := &shrinker{
		x: x, call: call, end: x.r.Now().Add(x.r.ShrinkTime), found: call.held[0], claimed: map[string]*task{},
	}
	s.best, s.fewest = s.found, s.switches(s.found)
	for _, result := range call.held[1:] {
		s.consider(result)
	}
	below := s.fewest
	if s.found.onlyAfterOthers() {
		below = 0 // it is not the order that it needs
	}
	s.search = explore.NewFewer(call.space, call.serial, call.learnt, below)
	return s
}

// switches returns how many switches a scenario has.
func (s *shrinker) switches(result scenarioResult) int {
	if result.report == nil {
		return 0 // it did not come to its first turn
	}
	return s.call.space.Preemptions(result.report)
}

// consider takes a scenario that failed. It reports whether it is the best one by now.
func (s *shrinker) consider(result scenarioResult) bool {
	if result.way() != s.found.way() {
		s.others++
		return false
	}
	if n := s.switches(result); n < s.fewest {
		s.best, s.fewest = result, n
		return true
	}
	return false
}

// over reports whether the search is to end, though there is more to be run.
func (s *shrinker) over(ctx context.Context) bool { return s.cut(ctx) != "" }

// cut says why the search ended before its end; "" if it did not.
func (s *shrinker) cut(ctx context.Context) string {
	r := s.x.r
	switch {
	case r.interrupted():
		return "fewest found before the interrupt"
	case ctx.Err() != nil:
		return fmt.Sprintf("fewest found until the run ended after %s (--max-fails %d)", parse.Counted(r.MaxFails, "failure"), r.MaxFails)
	case r.timeUp():
		return fmt.Sprintf("fewest found within --time %v", r.Time)
	case !r.Now().Before(s.end):
		return fmt.Sprintf("fewest found in %v", r.ShrinkTime)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.others >= mostOtherWays {
		return fmt.Sprintf("fewest found until %d scenarios had failed in another way", s.others)
	}
	return ""
}

func (s *shrinker) wait() bool { return s.search.Wait() }

func (s *shrinker) next() *task {
	if sequence := s.shortCut(); sequence != nil {
		return s.shortCutTask(sequence)
	}
	job := s.search.Next()
	if job == nil {
		return nil
	}
	var execution explore.Execution
	t := &task{call: s.call, request: job.Ask}
	t.read = func(result *scenarioResult) (again bool) {
		execution = job.Read(result.report)
		result.sequence, result.diverged, result.edge = execution.Sequence, execution.Diverged, !job.Mine(execution)
		result.repeats = !s.claim(t, result)
		return execution.Diverged && result.verdict == passed
	}
	t.done = func(result *scenarioResult) {
		if result != nil {
			s.ran(result)
		}
		s.call.order.Lock()
		defer s.call.order.Unlock()
		s.call.notes.take(t.request, result)
		s.search.Done(job, execution)
	}
	t.known = s.call.known(t)
	return t
}

// claim reports whether the scenario of a task is to be told of. One that was run is not told of twice: two tasks at
// once may lead to one execution, a test may do other things each time, and of very many scenarios not all are remembered.
func (s *shrinker) claim(t *task, result *scenarioResult) bool {
	if s.call.learnt.Has(result.sequence) || (result.verdict == passed && s.call.learnt.Full()) {
		return false
	}
	s.x.r.mu.Lock()
	defer s.x.r.mu.Unlock()
	name := permutations.Format(result.sequence)
	if s.claimed[name] == nil {
		s.claimed[name] = t
	}
	return s.claimed[name] == t
}

// ran takes what became of a scenario.
func (s *shrinker) ran(result *scenarioResult) {
	s.x.r.mu.Lock()
	defer s.x.r.mu.Unlock()
	if result.canceled || result.edge || result.repeats {
		return
	}
	s.scenarios++
	if result.verdict == failed && s.consider(*result) {
		s.search.Below(s.fewest)
	}
}

// rank is where a scenario that failed stands among those that are reported at the end.
func (s *shrinker) rank(result scenarioResult) int {
	switch {
	case slices.Equal(result.sequence, s.best.sequence):
		return 0
	case slices.Equal(result.sequence, s.found.sequence):
		return 1
	}
	return 2
}

// say says what was found, and why the search was cut off, if it was. It is called under run.mu.
func (s *shrinker) say(cut string) *protocol.Shrunk {
	if s.found.onlyAfterOthers() || s.best.report == nil {
		return nil
	}
	all := &protocol.Shrunk{
		Sequence: permutations.Format(s.best.sequence), Switches: timeline.Switches(*s.best.report), Scenarios: s.scenarios,
	}
	if s.rank(s.found) != 0 {
		all.Found = permutations.Format(s.found.sequence)
	}
	limits := s.call.beyondPlan(&s.best)
	if s.search.Open() < s.fewest {
		all.Untried = s.call.learnt.Untried(s.fewest).String()
		untried := parse.Grouped(all.Untried) + " sequences"
		if r := s.x.r; r.Shard.Of > 0 {
			untried = fmt.Sprintf("up to %s of shard %v", untried, r.Shard)
		}
		limits = fmt.Sprintf("%s; %s with fewer switches not tried", cmp.Or(cut, "fewest found"), untried)
	}
	all.Needs = s.x.r.needs(s.best, limits)
	return all
}

// needs is what is said of the switches of a scenario that failed.
func (s *shrinker) needs(result scenarioResult) string {
	switch {
	case s.call.shrunk == nil:
		return ""
	case s.rank(result) == 0:
		return s.call.shrunk.Needs
	case result.way() != s.found.way():
		return "it fails in another way than " + s.call.shrunk.Sequence
	case s.switches(result) > s.fewest:
		return "it has more switches than " + s.call.shrunk.Sequence + ", which fails in the same way"
	}
	return ""
}

// needs says which switches a scenario has that fails with the fewest. What limits that certainty is "" if nothing
// does.
func (r *run) needs(s scenarioResult, limits string) string {
	report := r.scenarioReport(s)
	if r.Shard.Of > 0 && limits == "" {
		limits = fmt.Sprintf("fewest of shard %v", r.Shard)
	}
	text := timeline.Needs(report, r.Dir, limits == "")
	if limits == "" {
		return "needs " + text
	}
	return "fails with " + text + "; " + limits
}

// beyondPlan says of a scenario, which fails, why it may need fewer switches than those of the plan's sequences, if
// there may be executions that have more turns than planned. It is called under run.mu.
func (c *exploredCall) beyondPlan(s *scenarioResult) string {
	if s.plan || !c.uneven && len(s.report.Turns) <= len(c.serial.Sequence) {
		return ""
	}
	return "fewest in the turns that are planned; --explore tree has more"
}

// digits are what differs between two failures of one kind.
var digits = regexp.MustCompile(`0x[0-9a-f]+|[0-9]+`)

// way is how a scenario failed: the place and the message, without the numbers in that. Two that fail in the same way
// are taken to have one cause.
func (s scenarioResult) way() string {
	var c clues
	for line := range pieces(s.output) {
		c.read(line, func(string) (string, bool) { return "", false })
	}
	reason := s.reason
	if s.report != nil && s.diverged {
		reason = "diverged " + reason
	}
	return fmt.Sprintf("%s:%d %s; %s", c.file, c.line, digits.ReplaceAllString(c.message, "#"), digits.ReplaceAllString(reason, "#"))
}

// caught takes a scenario that failed, and reports whether it is held back until fewer switches were looked for. It is
// called under run.mu.
func (c *exploredCall) caught(s *scenarioResult, r *run) (held bool) {
	switch {
	case !c.shrinks || s.verdict != failed:
		return false
	case c.learnt != nil && !s.plan:
		c.held = append(c.held, *s)
		r.hunted.Store(true)
		return true
	case s.report == nil || s.onlyAfterOthers():
		return false
	}
	n := c.space.Preemptions(s.report)
	if s.plan {
		n, s.needs = 0, r.needs(*s, "")
	}
	if c.least == nil || n < c.leastSwitches {
		c.least, c.leastSwitches = s, n
	}
	return false
}

// tellFewest says which scenario that failed has the fewest switches, where no further one was run to find that out:
// the serial one has none, and who goes on after a failure runs all there is.
func (x *exploration) tellFewest(call *exploredCall) {
	s := call.least
	if s == nil || call.shrunk != nil {
		return
	}
	ranBelow := s.plan || call.ranBelow(call.leastSwitches)
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	limits := call.beyondPlan(s)
	if !ranBelow {
		limits = "fewest of those that failed"
	}
	call.shrunk = &protocol.Shrunk{
		Sequence: permutations.Format(s.sequence), Switches: timeline.Switches(*s.report), Needs: x.r.needs(*s, limits),
	}
}

// ranBelow reports whether all executions with fewer preemptions were run.
func (c *exploredCall) ranBelow(preemptions int) bool {
	p := c.search.Progress()
	return preemptions == 0 || !p.More || slices.ContainsFunc(p.Strategies, func(s protocol.Strategy) bool {
		return s.Complete != nil && s.Complete.Preemptions >= preemptions-1
	})
}
