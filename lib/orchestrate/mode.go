package orchestrate

import (
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/permutations"
)

// A mode is what a call of Test is asked to do.
type mode struct {
	kind     kind
	sequence []int         // of the one scenario to run
	counts   Counts        // what the serial run counted in another process
	turns    string        // the file of the turn log; "" where none is wanted
	limit    time.Duration // of the serial run; 0 is without a limit
	limits   limits
	noLeaks  bool
}

// limits are how long the conductor waits.
type limits struct {
	turn   time.Duration // for the end of a turn
	window time.Duration // before it calls a deadlock one
}

var defaultLimits = limits{turn: 10 * time.Second, window: time.Second}

type kind int

// awaited reports whether a wrapper waits for the report of a scenario that was run.
func (m mode) awaited() bool { return m.kind == single || m.kind == batch }

const (
	explore kind = iota // every sequence, in this process
	plan                // the serial run, with a report
	single              // one scenario, with a report
	batch               // one scenario after the other, as they are asked for, with a report of each
	other               // the serial run, without a report: another call's scenario is asked for
)

// modeOf reads the environment: see package protocol.
func modeOf(test string, index int) (mode, error) {
	m, err := kindOf(test, index)
	if err != nil {
		return m, err
	}
	m.noLeaks = os.Getenv(protocol.EnvFailOnLeak) == "1"
	if m.limits.turn, err = limitFrom(protocol.EnvTurnTimeout, defaultLimits.turn); err != nil {
		return m, err
	}
	m.limits.window, err = limitFrom(protocol.EnvDeadlockWindow, defaultLimits.window)
	return m, err
}

func kindOf(test string, index int) (mode, error) {
	switch value := os.Getenv(protocol.EnvMode); value {
	case "":
		return mode{kind: explore}, nil
	case protocol.ModePlan:
		limit, err := limitFrom(protocol.EnvTimeout, 0)
		return mode{kind: plan, limit: limit}, err
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
	m := mode{kind: single, turns: os.Getenv(protocol.EnvTurns)}
	if requests != nil {
		m.kind = batch
	} else if m.sequence, err = indexesFrom(protocol.EnvSequence); err != nil {
		return mode{}, err
	}
	if m.counts, err = indexesFrom(protocol.EnvCounts); err != nil {
		return mode{}, err
	}
	if os.Getenv(protocol.EnvTest) != test || wanted != index {
		return mode{kind: other}, nil
	}
	return m, nil
}

// limitFrom reads a variable that holds a duration, or is not set.
func limitFrom(variable string, unset time.Duration) (time.Duration, error) {
	text := os.Getenv(variable)
	if text == "" {
		return unset, nil
	}
	limit, err := time.ParseDuration(text)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", variable, err)
	}
	return limit, nil
}

// indexesFrom reads a variable that holds a sequence, or is written like one.
func indexesFrom(variable string) ([]int, error) {
	text := os.Getenv(variable)
	if text == "" {
		return nil, fmt.Errorf("%s is not set, which %s=%s needs", variable, protocol.EnvMode, protocol.ModeScenario)
	}
	indexes, err := permutations.Parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", variable, err)
	}
	return indexes, nil
}

var (
	indexMu sync.Mutex
	indexes = map[any]int{}
)

// nextIndex counts the calls made in the test of t, from 0.
//
// A test may have several Ts of one name, each with calls: its own, and that of each bubble of
// testing/synctest in it. So the name counts. But where the process runs its tests more than once, the
// same name comes again and starts anew; there it is t that counts.
func nextIndex(t *testing.T) int {
	indexMu.Lock()
	defer indexMu.Unlock()
	key := any(t.Name())
	if repeats() {
		key = t
	}
	index, known := indexes[key]
	if key == any(t) && !known {
		t.Cleanup(func() {
			indexMu.Lock()
			defer indexMu.Unlock()
			delete(indexes, key)
		})
	}
	indexes[key] = index + 1
	return index
}

// repeats reports whether this process runs each test more than once.
func repeats() bool {
	value := func(name string) string {
		if f := flag.Lookup(name); f != nil {
			return f.Value.String()
		}
		return ""
	}
	return value("test.count") != "1" || strings.Contains(value("test.cpu"), ",")
}
