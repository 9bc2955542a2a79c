package runner

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// summary says what became of all scenarios: a line for the sum, and one for each test that was not
// explored completely, unless only one scenario was asked for.
func summary(explored []exploredTest, only bool) string {
	sum := protocol.Exploration{}
	var partial strings.Builder
	for _, e := range explored {
		sum.Planned += e.Planned
		sum.Passed += e.Passed
		sum.Failed += e.Failed
		sum.Errored += e.Errored
		sum.Skipped += e.Skipped
		sum.NotRun += e.NotRun
		all, _ := new(big.Int).SetString(e.Sequences, 10)
		if !only && all != nil && all.Cmp(big.NewInt(int64(e.Planned))) > 0 {
			fmt.Fprintf(&partial, "  %s: %s\n", e.name, parse.Summary(e.Exploration))
		}
	}
	sum.Sequences = strconv.Itoa(sum.Planned)
	_, counts, _ := strings.Cut(parse.Summary(sum), ": ")
	return fmt.Sprintf("SCENARIOS %d planned: %s\n%s", sum.Planned, counts, partial.String())
}
