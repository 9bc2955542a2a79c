package html

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A scene is what is drawn.
type scene struct {
	threads []string       // names
	timers  int            // the index of the thread that stands for timers; -1 where there is none
	rows    []protocol.Row // what Waits tells in To for what, as `waits: sync.Mutex.Lock at x.go:7`
	labels  []string       // what stands in the block of each row, on one line or two
	code    []code         // of each row
	turns   int            // how many there were; there may have been more than rows tell
	before  map[int]string // what threads waited for before the first row
	idle    []bool         // threads of which nothing is drawn if they have no turn; nil is none
	beyond  string         // how it failed outside of the turns; "" if it did not
	root    string         // paths below it are shortened
}

// sceneOf returns what is drawn of a scenario.
func sceneOf(s protocol.Scenario, root string, source func(string, int, int) []string) scene {
	rows := protocol.Rows(s, root)
	n := len(s.Threads)
	for _, row := range rows {
		n = max(n, row.Thread+1)
	}
	c := scene{
		timers: -1, rows: rows, labels: make([]string, len(rows)), code: places(rows, source),
		turns: len(s.Turns), root: root,
	}
	if s.FailedTurn < 0 && s.Failed {
		c.beyond = "failed outside of the turns"
	}
	for i := range n {
		c.threads = append(c.threads, s.Thread(i))
	}
	for i, row := range rows {
		c.labels[i] = label(row, root)
	}
	return c
}

// label is what stands in the block of a scenario's turn: where it ends, without folders.
func label(row protocol.Row, root string) string {
	switch {
	case row.Waits:
		return "waits"
	case row.File == "":
		return protocol.Printable(row.To)
	}
	short := protocol.Shorten(row.File, root)
	return protocol.Printable(strings.Replace(row.To, short, path.Base(filepath.ToSlash(short)), 1))
}
