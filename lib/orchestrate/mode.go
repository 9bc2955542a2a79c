package orchestrate

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// A mode is what a call of Test is asked to do.
type mode struct {
	kind     kind
	sequence []int  // of the one scenario to run
	counts   Counts // what the serial run counted in another process
}

type kind int

const (
	explore kind = iota // every sequence, in this process
	plan                // the serial run, with a report
	single              // one scenario, with a report
	other               // the serial run, without a report: another call's scenario is asked for
)

// modeOf reads the environment: see package protocol.
func modeOf(test string, index int) (mode, error) {
	switch value := os.Getenv(protocol.EnvMode); value {
	case "":
		return mode{kind: explore}, nil
	case protocol.ModePlan:
		return mode{kind: plan}, nil
	case protocol.ModeScenario:
		return scenarioMode(test, index)
	default:
		return mode{}, fmt.Errorf("%s=%q: it is to be %q, %q or not set",
			protocol.EnvMode, value, protocol.ModePlan, protocol.ModeScenario)
	}
}

func scenarioMode(test string, index int) (mode, error) {
	wanted, err := strconv.Atoi(os.Getenv(protocol.EnvCall))
	if err != nil {
		return mode{}, fmt.Errorf("%s: %w", protocol.EnvCall, err)
	}
	if os.Getenv(protocol.EnvTest) != test || wanted != index {
		return mode{kind: other}, nil
	}
	sequence, err := permutations.Parse(os.Getenv(protocol.EnvSequence))
	if err != nil {
		return mode{}, fmt.Errorf("%s: %w", protocol.EnvSequence, err)
	}
	counts, err := permutations.Parse(os.Getenv(protocol.EnvCounts))
	if err != nil {
		return mode{}, fmt.Errorf("%s: %w", protocol.EnvCounts, err)
	}
	return mode{kind: single, sequence: sequence, counts: counts}, nil
}

var (
	indexMu sync.Mutex
	indexes = map[*testing.T]int{}
)

// nextIndex counts the calls made for t. The count belongs to t, not to its name: with -count the
// same name comes again, and starts anew.
func nextIndex(t *testing.T) int {
	indexMu.Lock()
	defer indexMu.Unlock()
	index, known := indexes[t]
	if !known {
		t.Cleanup(func() {
			indexMu.Lock()
			defer indexMu.Unlock()
			delete(indexes, t)
		})
	}
	indexes[t] = index + 1
	return index
}
