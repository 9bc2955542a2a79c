package runner

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/orchtest/orchtest/lib/protocol"
)

// turnFiles are the files to which scenarios write their turns as they take them, for the case that
// they break off: one for each scenario that runs at the same time.
type turnFiles chan string

func newTurnFiles(folder string, n int) turnFiles {
	files := make(turnFiles, n)
	for i := range n {
		files <- filepath.Join(folder, fmt.Sprintf("turns-%d", i))
	}
	return files
}

// take returns a file that is empty or does not exist. It is to be given back.
func (f turnFiles) take() string {
	file := <-f
	// An error is one of a file that is not there yet; any other the scenario will meet too, and then
	// its turns are not known.
	os.Truncate(file, 0)
	return file
}

func (f turnFiles) giveBack(file string) { f <- file }

// brokenOff describes a scenario whose process ended before it could report: the turns that it took,
// and the one in which it ended. It is nil if it had not begun one.
func brokenOff(file string, s scenarioResult) *protocol.Scenario {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	plan := s.call.plan
	turns, next := protocol.ReadTurns(text, len(plan.Threads))
	if next >= 0 {
		turns = append(turns, protocol.Turn{Thread: next, End: protocol.Unfinished})
	}
	if len(turns) == 0 {
		return nil
	}
	report := &protocol.Scenario{
		Version: protocol.Version, Call: plan.Call, Sequence: s.sequence, Threads: plan.Threads,
		Turns: turns, FailedTurn: -1, Failed: true, File: plan.File, Line: plan.Line,
	}
	if next >= 0 {
		report.FailedTurn = len(turns) - 1
	}
	return report
}
