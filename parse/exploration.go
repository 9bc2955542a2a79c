package parse

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// Summary returns what became of an exploration in one line, as
//
//	6 sequences: 3 passed, 1 failed, 2 not run
//	20 sequences: 5 run, 9 infeasible: 4 passed, 1 failed, 6 not run
//	10,000 of 17,153,136 sequences (0.06 %): 10,000 passed
//	10,000 of 17,153,136 sequences (0.06 %), 400 infeasible: 10,000 passed
//	fewest-switches: 100 of 924 sequences (10.82 %): 100 passed; complete up to 2 preemptions: 62 of 924
//	tree: 31 executions: 31 passed
//	shard 2/4: 231 of 924 sequences: 231 passed
//	6 sequences: 2 passed, 2 failed, 2 not run; 0,1,1,0 needs 1 switch
//	shard 2/4: 100 of 231 sequences (43.29 %), of 924 in all: 100 passed
//
// Those that say "of" are of a partial exploration ([Partial]). Their share is that of the sequences that
// were planned alone: how many of the others are infeasible is not known.
func Summary(e protocol.Exploration) string {
	if e.Replay != nil {
		return e.Replay.Sequence + " " + Replayed(*e.Replay)
	}
	var b strings.Builder
	if e.Shard != nil {
		fmt.Fprintf(&b, "shard %v: ", e.Shard)
	}
	if len(e.Strategies) == 1 {
		b.WriteString(e.Strategies[0].Name + ": ")
	}
	b.WriteString(extent(e))
	fmt.Fprintf(&b, ": %s passed%s", Grouped(strconv.Itoa(e.Passed)), cached(e))
	for _, term := range []struct {
		count int
		name  string
	}{
		{e.Failed, "failed"},
		{e.Errored, "errored"},
		{e.Skipped, "skipped"},
		{e.NotRun, "not run"},
	} {
		if term.count != 0 {
			fmt.Fprintf(&b, ", %s %s", Grouped(strconv.Itoa(term.count)), term.name)
		}
	}
	if e.Diverged != 0 {
		fmt.Fprintf(&b, ", %s diverged", Grouped(strconv.Itoa(e.Diverged)))
	}
	if e.Unlisted != 0 {
		fmt.Fprintf(&b, ", %s of them not listed", Grouped(strconv.Itoa(e.Unlisted)))
	}
	if e.OutOfTime {
		b.WriteString(", out of time")
	}
	if e.Interrupted {
		b.WriteString(", interrupted")
	}
	if e.Rounds > 1 {
		fmt.Fprintf(&b, "; %s rounds", Grouped(strconv.Itoa(e.Rounds)))
	}
	for _, strategy := range e.Strategies {
		if len(e.Strategies) > 1 && !Partial(e) && e.NotRun == 0 {
			break // all was run, whoever chose it
		}
		if text := about(strategy, e); text != "" {
			b.WriteString("; " + text)
		}
	}
	if e.Shrunk != nil {
		b.WriteString("; " + shrunk(*e.Shrunk, e.Shard != nil))
	}
	return b.String()
}

// Replayed says what became of a sequence that was asked for:
//
//	reproduced 3/10
//	passed 1/1; the syncpoints are the same, at other lines: a.go:5 is at a.go:7
//	passed 1/1; the code has moved since: turn 1 of first ended at a.go:5, and ends at a.go:7 now; explored the 5 sequences nearest to it: all passed
func Replayed(r protocol.Replay) string {
	var parts []string
	switch {
	case r.Failed > 0:
		parts = append(parts, fmt.Sprintf("reproduced %d/%d", r.Failed, r.Runs))
	case r.Runs > 0:
		parts = append(parts, fmt.Sprintf("passed %d/%d", r.Passed, r.Runs))
	}
	switch {
	case len(r.Moved) > 0:
		parts = append(parts, "the code has moved since: "+strings.Join(r.Moved, "; "))
	case len(r.Lines) > 0:
		parts = append(parts, "the syncpoints are the same, at other lines: "+strings.Join(r.Lines, "; "))
	}
	if r.Near > 0 {
		became := "all passed"
		if r.NearFailed > 0 {
			became = fmt.Sprintf("%d failed", r.NearFailed)
		}
		parts = append(parts, fmt.Sprintf("explored the %s nearest to it: %s", Counted(r.Near, "sequence"), became))
	}
	return strings.Join(parts, "; ")
}

// shrunk says how many switches a failure needs, of a run or of a shard.
func shrunk(s protocol.Shrunk, shard bool) string {
	needs, _, _ := strings.Cut(s.Needs, ":")
	text := s.Sequence + " " + needs
	if s.Untried != "" {
		most := ""
		if shard {
			most = "up to "
		}
		text += fmt.Sprintf(", %s%s sequences with fewer not tried", most, Grouped(s.Untried))
	}
	return text
}

// cached says how many of those that passed were not run.
func cached(e protocol.Exploration) string {
	switch e.Cached {
	case 0:
		return ""
	case e.Passed:
		return " (cached)"
	}
	return fmt.Sprintf(" (%s cached)", Grouped(strconv.Itoa(e.Cached)))
}

// Told returns what is told of an exploration at the end of its test, which has so many calls.
func Told(e protocol.Exploration, calls int) string {
	if calls > 1 {
		return fmt.Sprintf("call %d of %d: %s", e.Call+1, calls, Summary(e))
	}
	return Summary(e)
}

// about says what a strategy came to.
func about(s protocol.Strategy, e protocol.Exploration) string {
	var facts []string
	if s.Complete != nil && (Partial(e) || e.NotRun > 0) {
		facts = append(facts, complete(*s.Complete, e))
	}
	if s.Depth > 0 {
		facts = append(facts, fmt.Sprintf("depth %d", s.Depth))
	}
	if s.Seed != "" {
		facts = append(facts, "seed "+s.Seed)
	}
	if s.Chance != "" {
		facts = append(facts, fmt.Sprintf("each finds a bug of that depth with a probability of 1/%s or more, "+
			"where no thread blocks", Grouped(s.Chance)))
	}
	text := strings.Join(facts, ", ")
	if len(e.Strategies) > 1 {
		text = fmt.Sprintf("%s ran %s: %s", s.Name, Grouped(strconv.Itoa(s.Scenarios)), text)
	}
	return strings.TrimSuffix(text, ": ")
}

// complete says up to how many preemptions all executions were run.
func complete(c protocol.Complete, e protocol.Exploration) string {
	if c.Preemptions < 0 {
		return "not complete without any preemption"
	}
	noun := "preemptions"
	if c.Preemptions == 1 {
		noun = "preemption"
	}
	return fmt.Sprintf("complete up to %d %s: %s of %s", c.Preemptions, noun,
		Grouped(strconv.Itoa(c.Executions)), Grouped(sequences(e)))
}

// sequences returns how many there are for the run: of a shard those that it has.
func sequences(e protocol.Exploration) string {
	if e.Shard != nil {
		return e.Part
	}
	return e.Sequences
}

// Partial reports whether an exploration left out sequences of which nothing is known. What is infeasible
// executes like a sequence that was planned. That of a shard is asked for its part.
func Partial(e protocol.Exploration) bool {
	if pinned(e) {
		return false // they are all that the test asks for
	}
	if tree(e) {
		return e.More
	}
	if e.Repeated {
		return true
	}
	all, ok := new(big.Int).SetString(sequences(e), 10)
	covered := big.NewInt(int64(e.Planned))
	return ok && covered.Add(covered, infeasible(e)).Cmp(all) < 0
}

// infeasible returns how many sequences are known to be.
func infeasible(e protocol.Exploration) *big.Int {
	if n, ok := new(big.Int).SetString(e.Infeasible, 10); ok {
		return n
	}
	return new(big.Int)
}

// extent returns how many sequences there are, how many of them were planned if not all, and how many
// are infeasible if any.
func extent(e protocol.Exploration) string {
	planned := Grouped(strconv.Itoa(e.Planned))
	if tree(e) {
		return planned + " " + plural(e.Planned, "execution") + andMore(e)
	}
	noun := "sequences"
	if e.Sequences == "1" {
		noun = "sequence"
	}
	if pinned(e) {
		return fmt.Sprintf("%s of %s %s", planned, Grouped(e.Sequences), noun)
	}
	all, ok := new(big.Int).SetString(sequences(e), 10)
	if !ok {
		return planned + " of an unknown number of sequences"
	}
	total, infeasible := Grouped(all.String()), infeasible(e)
	whole, share := "", ""
	if e.Shard != nil {
		whole = " of " + Grouped(e.Sequences)
		share = "," + whole + " in all"
	}
	ran := Grouped(strconv.Itoa(e.Passed + e.Failed + e.Errored + e.Skipped))
	if e.Symmetric {
		noun = "symmetric " + noun
	}
	switch {
	case e.Repeated:
		return fmt.Sprintf("%s scenarios, some of them perhaps twice, in %s %s", planned, total, noun)
	case Partial(e) && infeasible.Sign() > 0:
		return fmt.Sprintf("%s of %s %s (%s %%)%s, %s infeasible", planned, total, noun,
			percent(int64(e.Planned), all), share, Grouped(infeasible.String()))
	case Partial(e):
		return fmt.Sprintf("%s of %s %s (%s %%)%s", planned, total, noun, percent(int64(e.Planned), all), share)
	case infeasible.Sign() > 0:
		return fmt.Sprintf("%s%s %s: %s run, %s infeasible", total, whole, noun, ran, Grouped(infeasible.String()))
	}
	return total + whole + " " + noun
}

// tree reports whether an exploration goes by executions, of which nobody knows how many there are.
func tree(e protocol.Exploration) bool { return ofStrategy(e, "tree") }

// pinned reports whether the test names its sequences.
func pinned(e protocol.Exploration) bool { return ofStrategy(e, "pinned") }

func ofStrategy(e protocol.Exploration, name string) bool {
	return len(e.Strategies) == 1 && e.Strategies[0].Name == name
}

// Counted returns a number of things, in words as 1 shard or 4 shards.
func Counted(n int, noun string) string { return fmt.Sprintf("%d %s", n, plural(n, noun)) }

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// andMore says of a tree that it was not run as a whole.
func andMore(e protocol.Exploration) string {
	if e.More {
		return ", and there are more"
	}
	return ""
}

// percent returns the share of part in a larger total with two decimals. It is rounded, but neither
// to nothing nor to everything.
func percent(part int64, total *big.Int) string {
	share := new(big.Rat).SetFrac(big.NewInt(part), total)
	share.Mul(share, big.NewRat(100, 1))
	switch text := share.FloatString(2); {
	case text == "0.00" && part > 0:
		return "less than 0.01"
	case text == "100.00":
		return "99.99"
	default:
		return text
	}
}

// Grouped returns the decimal number with a comma before every group of three digits.
func Grouped(number string) string {
	sign := ""
	if strings.HasPrefix(number, "-") {
		sign, number = "-", number[1:]
	}
	first := (len(number)-1)%3 + 1
	groups := []string{number[:first]}
	for i := first; i < len(number); i += 3 {
		groups = append(groups, number[i:i+3])
	}
	return sign + strings.Join(groups, ",")
}

// Count adds to sum how many scenarios of an exploration there were, by what became of them.
func Count(sum *protocol.Exploration, e protocol.Exploration) {
	sum.Planned += e.Planned
	sum.Passed += e.Passed
	sum.Failed += e.Failed
	sum.Errored += e.Errored
	sum.Skipped += e.Skipped
	sum.NotRun += e.NotRun
	sum.Diverged += e.Diverged
	sum.Cached += e.Cached
}
