package orchestrate

import (
	"os"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A turnLog is the file to which the turns of a scenario are written as they begin and end, so that a
// wrapper knows them even if the process ends first: see protocol.EnvTurns. It belongs to the baton.
//
// It is written hidden from the race detector, and so touches nothing that another thread has written.
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

// pass notes that a thread's latest turn has ended and that another one's begins, while others are
// blocked. Either may be nil.
//
//go:norace
func (l *turnLog) pass(from, to *thread, blocked []int) {
	if l.file == nil {
		return
	}
	var lines []byte
	if from != nil {
		lines = protocol.AppendEnd(lines, from.latest())
	}
	if to != nil {
		lines = protocol.AppendBegin(lines, to.index, blocked)
	}
	l.write(lines)
}

// wait notes that a thread is blocked, and that it went on before if it had been blocked then.
func (l *turnLog) wait(th *thread, before int, w wait) {
	if l.file == nil {
		return
	}
	var lines []byte
	if before > 0 {
		lines = protocol.AppendGoOn(lines, th.index, before)
	}
	l.write(protocol.AppendWait(lines, th.index, w.describe()))
}

// goOn notes that a thread, which had been blocked, has come to the end of its turn.
//
//go:norace
func (l *turnLog) goOn(th *thread, turn int) {
	if l.file == nil {
		return
	}
	lines := protocol.AppendGoOn(nil, th.index, turn)
	l.write(protocol.AppendEnd(lines, th.latest()))
}

//go:norace
func (l *turnLog) write(lines []byte) {
	l.file.WriteAt(append(lines, protocol.EndOfTurns...), l.offset)
	l.offset += int64(len(lines))
}

func (l *turnLog) close() {
	if l.file != nil {
		l.file.Close()
	}
}
