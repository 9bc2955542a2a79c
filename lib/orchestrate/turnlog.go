package orchestrate

import (
	"os"

	"github.com/orchtest/orchtest/lib/internal/race"
	"github.com/orchtest/orchtest/lib/protocol"
)

// A turnLog is the file to which the turns of a scenario are written as they begin and end, so that a
// wrapper knows them even if the process ends first: see protocol.EnvTurns. It belongs to the baton.
//
// It is written hidden from the race detector, and so touches nothing that another thread has written.
type turnLog struct {
	*logFile // nil where no log is wanted
	offset   int64
}

// A logFile is where the scenarios of a process log their turns, each from the beginning.
type logFile struct {
	file *os.File
	// ends are lines that were written before, since to write one takes longer than a turn. Each has its place.
	ends [64]endLine
}

// An endLine is the line of a turn that came to its end at a syncpoint.
type endLine struct {
	thread int
	turn   turn // its number is of no account
	text   []byte
}

// openLog opens the file of this path. Where it cannot, the turns are not known if the process
// breaks off; that is no reason for a scenario to fail.
func openLog(path string) *logFile {
	if path == "" {
		return nil
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return nil
	}
	return &logFile{file: file}
}

// restart begins the log of another scenario, before any thread of it has begun.
func (f *logFile) restart() turnLog {
	if f != nil {
		f.file.WriteAt([]byte(protocol.EndOfTurns), 0)
	}
	return turnLog{logFile: f}
}

// pass notes that a thread's latest turn has ended and that another one's begins, while others are
// blocked. Either may be nil. It is called only if a log is wanted, since it is called so often.
//
//go:norace
func (l *turnLog) pass(from, to *thread, blocked []int) {
	var buffer [256]byte
	lines := buffer[:0]
	if from != nil {
		lines = append(lines, l.end(from)...)
	}
	if to != nil {
		lines = protocol.AppendBegin(lines, to.index, blocked)
	}
	l.write(lines)
}

// wait notes that a thread is blocked, and that it went on before if it had been blocked then.
func (l *turnLog) wait(th *thread, before int, w wait) {
	if l.logFile == nil {
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
	if l.logFile == nil {
		return
	}
	race.Disable()
	lines := protocol.AppendGoOn(nil, th.index, turn)
	l.write(append(lines, l.end(th)...))
	race.Enable()
}

// end returns the line that tells of the end of the thread's latest turn.
//
//go:norace
func (l *turnLog) end(th *thread) []byte {
	tu := th.turns[len(th.turns)-1]
	if tu.pc == 0 {
		return protocol.AppendEnd(nil, th.latest())
	}
	line := &l.ends[(tu.pc+uintptr(th.index))%uintptr(len(l.ends))]
	if line.thread != th.index || line.turn.pc != tu.pc || line.turn.name != tu.name {
		*line = endLine{th.index, tu, protocol.AppendEnd(nil, th.latest())}
	}
	return line.text
}

//go:norace
func (l *turnLog) write(lines []byte) {
	l.file.WriteAt(append(lines, protocol.EndOfTurns...), l.offset)
	l.offset += int64(len(lines))
}

func (l *logFile) close() {
	if l != nil {
		l.file.Close()
	}
}
