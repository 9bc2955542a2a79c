package runner

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/orchtest/orchtest/lib/protocol"
)

// memoryFolder is a folder for small files that are soon removed: to write a few bytes into memory costs a
// fraction of what a disk's file system takes for it. Not every system has it.
const memoryFolder = "/dev/shm"

// turnFiles are the files to which scenarios write their turns as they take them, for the case that
// they break off: one for each scenario that runs at the same time.
type turnFiles chan *os.File

func newTurnFiles(folder string, n int) (turnFiles, error) {
	files := make(turnFiles, n)
	for range n {
		file, err := os.CreateTemp(memoryFolder, "orchtest-turns-")
		if err != nil {
			file, err = os.CreateTemp(folder, "turns-")
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("temporary file: %w", err), files.close())
		}
		files <- file
	}
	return files, nil
}

// take returns a file that says of no turn. It is to be given back.
func (f turnFiles) take() *os.File {
	file := <-f
	// Where that is not possible, the scenario cannot write its turns either.
	file.WriteAt([]byte(protocol.EndOfTurns), 0)
	return file
}

func (f turnFiles) giveBack(file *os.File) { f <- file }

// close closes and removes the files that are not taken.
func (f turnFiles) close() error {
	close(f)
	var all error
	for file := range f {
		all = errors.Join(all, file.Close(), os.Remove(file.Name()))
	}
	return all
}

// brokenOff describes a scenario whose process ended before it could report: the turns that it took,
// and the one in which it ended. It is nil if it had not begun one.
func brokenOff(file io.ReaderAt, plan protocol.Plan) *protocol.Scenario {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, math.MaxInt64))
	if err != nil {
		return nil
	}
	turns := protocol.ReadTurns(text, len(plan.Threads))
	if len(turns) == 0 {
		return nil
	}
	report := &protocol.Scenario{
		Version: protocol.Version, Call: plan.Call, Threads: plan.Threads,
		Turns: turns, FailedTurn: -1, Failed: true, File: plan.File, Line: plan.Line,
	}
	for i, turn := range turns {
		if turn.End == protocol.Unfinished {
			report.FailedTurn = i
		}
	}
	if report.FailedTurn < 0 {
		report.FailedTurn = wokenIn(turns)
	}
	return report
}

// wokenIn returns the index of the turn in which the process ended, where every turn had come to its end but
// those of blocked threads: one of these was woken. It is -1 if there are several, or none. Nobody was left to
// say that the thread went on.
func wokenIn(turns []protocol.Turn) int {
	woken := -1
	for i, turn := range turns {
		if turn.End != protocol.StillBlocked {
			continue
		}
		if woken >= 0 {
			return -1
		}
		woken = i
	}
	if woken >= 0 && woken < len(turns)-1 {
		turn := &turns[woken]
		turn.End = protocol.Unfinished
		turn.Waits[len(turn.Waits)-1].Until = len(turns)
		return woken
	}
	return -1
}
