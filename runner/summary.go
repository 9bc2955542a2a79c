package runner

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// divergence explains to the user what it is.
const divergence = "diverged: asked for the same turns, the test took other ones than before, as one does that depends on time, " +
	"map order or random numbers; the sequences that begin like that one cannot be reached"

// total is the sum of all explorations, as far as there is one.
func total(explored []exploredTest) protocol.Exploration {
	sum := protocol.Exploration{}
	for _, e := range explored {
		parse.Count(&sum, e.Exploration)
	}
	return sum
}

// summary says what became of all scenarios: a line for the sum, and one for each test of which more is
// to be said than that all its sequences were run, unless only one scenario was asked for.
func summary(explored []exploredTest, only bool) string {
	sum := total(explored)
	var infeasible big.Int
	var tests strings.Builder
	explained := "" // the test for which it was said what it means to diverge
	for _, e := range explored {
		if n, ok := new(big.Int).SetString(e.Infeasible, 10); ok {
			infeasible.Add(&infeasible, n)
		}
		if !only && (e.Infeasible != "" || e.Diverged > 0 || e.advice != "" || len(e.Strategies) > 0 || e.Symmetric || e.Shard != nil ||
			len(e.Outcomes) > 0 || parse.Partial(e.Exploration)) {
			fmt.Fprintf(&tests, "  %s%s: %s\n", e.test, protocol.Suffix(e.Call), parse.Summary(e.Exploration))
		}
		if !only {
			tests.WriteString(outcomeTable(e.Exploration))
		}
		if !only && e.advice != "" {
			fmt.Fprintf(&tests, "    %s\n", e.advice)
		}
		if !only && e.Diverged > 0 && e.test != explained {
			fmt.Fprintf(&tests, "    %s\n", divergence)
			explained = e.test
		}
	}
	planned := fmt.Sprintf("%d planned", sum.Planned)
	if infeasible.Sign() > 0 {
		planned += fmt.Sprintf(", %v infeasible", &infeasible)
	}
	sum.Sequences = strconv.Itoa(sum.Planned)
	_, counts, _ := strings.Cut(parse.Summary(sum), ": ")
	return fmt.Sprintf("SCENARIOS %s: %s\n%s", planned, counts, tests.String())
}

// advice says what the option Symmetric would save, where it would hold.
func (c *exploredCall) advice() string {
	if len(c.plan.Sequences) > 0 || c.space.Tree {
		return ""
	}
	if c.uneven {
		return "the number of turns depends on their order: there may be more executions, which --explore tree runs, too"
	}
	if !c.plan.Same || c.plan.Symmetric {
		return ""
	}
	space := explore.Space{Counts: c.plan.Counts, Symmetric: true}
	return fmt.Sprintf("its threads are the same function: with orchestrate.Symmetric() there are %s sequences",
		parse.Grouped(space.Count().String()))
}
