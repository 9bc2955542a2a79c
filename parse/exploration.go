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
//
// The last two are those of a partial exploration ([Partial]). Their share is that of the sequences that
// were planned alone: how many of the others are infeasible is not known.
func Summary(e protocol.Exploration) string {
	var b strings.Builder
	b.WriteString(extent(e))
	fmt.Fprintf(&b, ": %s passed", grouped(strconv.Itoa(e.Passed)))
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
			fmt.Fprintf(&b, ", %s %s", grouped(strconv.Itoa(term.count)), term.name)
		}
	}
	if e.Diverged != 0 {
		fmt.Fprintf(&b, ", %s diverged", grouped(strconv.Itoa(e.Diverged)))
	}
	if e.Interrupted {
		b.WriteString(", interrupted")
	}
	return b.String()
}

// Partial reports whether an exploration left out sequences of which nothing is known. What is infeasible
// executes like a sequence that was planned.
func Partial(e protocol.Exploration) bool {
	all, ok := new(big.Int).SetString(e.Sequences, 10)
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
	planned := grouped(strconv.Itoa(e.Planned))
	all, ok := new(big.Int).SetString(e.Sequences, 10)
	if !ok {
		return planned + " of an unknown number of sequences"
	}
	noun := "sequences"
	if e.Sequences == "1" {
		noun = "sequence"
	}
	total, infeasible := grouped(all.String()), infeasible(e)
	ran := grouped(strconv.Itoa(e.Passed + e.Failed + e.Errored + e.Skipped))
	switch {
	case Partial(e) && infeasible.Sign() > 0:
		return fmt.Sprintf("%s of %s %s (%s %%), %s infeasible", planned, total, noun,
			percent(int64(e.Planned), all), grouped(infeasible.String()))
	case Partial(e):
		return fmt.Sprintf("%s of %s %s (%s %%)", planned, total, noun, percent(int64(e.Planned), all))
	case infeasible.Sign() > 0:
		return fmt.Sprintf("%s %s: %s run, %s infeasible", total, noun, ran, grouped(infeasible.String()))
	}
	return total + " " + noun
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

// grouped returns the decimal number with a comma before every group of three digits.
func grouped(number string) string {
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
