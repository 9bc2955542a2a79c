package orchestrate

import (
	"os"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A turnLog is the file to which the turns of a scenario are written as they end, so that a wrapper
// knows them even if the process ends first: see protocol.EnvTurns. It belongs to the baton.
type turnLog struct {
	file   *os.File // nil where no log is wanted
	offset int64
}

// openTurnLog opens the file of this path. Where it cannot, the turns are not known if the process
// breaks off; that is no reason for a scenario to fail.
func openTurnLog(path string) turnLog {
	if path == "" {
		return turnLog{}
	}
	file, _ := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	return turnLog{file: file}
}

// add writes the latest turn of a thread, and the index of the thread that has the next one. Before
// the first turn there is no thread. It runs hidden from the race detector, and so touches nothing
// that belongs to another thread.
//
//go:norace
func (l *turnLog) add(th *thread, next int) {
	if l.file == nil {
		return
	}
	turn := protocol.Turn{Thread: -1}
	if th != nil {
		turn = th.describe(th.turns[len(th.turns)-1])
	}
	line := protocol.AppendTurn(nil, turn, next)
	l.file.WriteAt(append(line, protocol.EndOfTurns...), l.offset)
	l.offset += int64(len(line))
}

func (l *turnLog) close() {
	if l.file != nil {
		l.file.Close()
	}
}
