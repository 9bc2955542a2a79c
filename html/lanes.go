package html

import (
	"fmt"
	"math"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/orchtest/orchtest/lib/protocol"
)

// The measures of a drawing, in pixels.
const (
	axisHeight  = 36 // above the lanes, for the numbers of turns
	laneHeight  = 64
	blockHeight = 44
	gap         = 24 // between two blocks, for the line of a switch
	margin      = 14 // left of the first block
	endWidth    = 32 // right of the last one
	charWidth   = 6.7
	padding     = 16  // within a block, left and right together
	roomToRead  = 64  // narrower blocks have no text
	pageWidth   = 960 // more has to be scrolled
)

// longest is how many rows are drawn at most: those up to the failure, and some behind it.
const longest, behind = 300, 20

// lanes is a drawing of a scenario: time goes to the right, and each thread has a lane.
type lanes struct {
	Title         string
	Width, Height int
	Axis, Lane    int // heights
	Threads       []lane
	Blocks        []block
	Stretches     []stretch
	Switches      []switchLine
	Mark          *mark  // where it failed
	Left          string // what is not drawn; "" if all is
	Preempts      bool   // there is a switch that is emphasised
	Steps         []step
}

// A lane is a thread.
type lane struct {
	Name, Class string
	Y           int // its middle
}

// A block is a turn, or the part of one that its thread ran without being blocked.
type block struct {
	ID            string
	Class         string
	X, Y          int
	Width, Height int
	Middle, Base  int // of its text
	Number        string
	Label, Above  string // what stands in it, on two lines if there is something above
	Title         string
	Preempts      bool
	Failed        bool
	On            bool // it is shown first
}

// A stretch is a time for which a thread is blocked.
type stretch struct {
	X, Y, Width, Height int
	Middle, Base        int // of its text
	Label               string
}

// A switchLine leads from a block to the next one, of another thread.
type switchLine struct {
	Path     string
	Preempts bool
}

// A mark is where the scenario failed.
type mark struct {
	X, Height int
	Label     string // "" where a block says it
}

// A step is what is said about a block.
type step struct {
	ID, Class        string
	Turn             string
	Thread, From, To string
	Preempts, Failed bool
	On               bool
	File             string // that of the code
	Code             []codeLine
}

// newLanes draws a scenario. Paths below root are shortened.
func newLanes(s protocol.Scenario, root string, source func(string, int, int) []string) *lanes {
	rows := protocol.Rows(s, root)
	from := window(rows)
	d := &drawing{rows: rows[from:min(len(rows), from+longest)], root: root, scenario: s}
	d.fit()
	d.Axis, d.Lane = axisHeight, laneHeight
	d.threads(rows)
	if n := len(rows) - len(d.rows); n > 0 {
		d.Left = fmt.Sprintf("%s of %s are not drawn: those far before the failure, or behind it.", count(n, "part"), count(len(s.Turns), "turn"))
	}
	d.Title = fmt.Sprintf("%s of %s", count(len(s.Turns), "turn"), count(len(d.Threads), "thread"))
	d.Width = margin + len(d.rows)*(d.width+gap) - gap + endWidth
	d.Height = axisHeight + len(d.Threads)*laneHeight
	stands := places(rows, source)
	for i, row := range d.rows {
		d.block(i, row)
		d.wait(i, row)
		d.lead(i, row)
		d.Steps = append(d.Steps, d.step(row, stands[from+i]))
	}
	d.fail()
	d.choose()
	return &d.lanes
}

// window returns the index of the first row that is drawn.
func window(rows []protocol.Row) int {
	if len(rows) <= longest {
		return 0
	}
	failed := slices.IndexFunc(rows, func(r protocol.Row) bool { return r.Failed })
	if failed < 0 {
		failed = len(rows) - 1
	}
	return max(0, min(failed+behind, len(rows))-longest)
}

// fit decides how wide the blocks are: as their labels need, if there is room, and narrower where there are many.
func (d *drawing) fit() {
	n := len(d.rows)
	if n > 48 {
		d.width = roomToRead / 2
		return
	}
	wanted := 0
	for _, row := range d.rows {
		wanted = max(wanted, utf8.RuneCountInString(d.label(row)))
	}
	d.width = int(math.Ceil(float64(wanted)*charWidth)) + padding
	d.width = max(roomToRead, min(d.width, max(pageWidth/n-gap, 72), 220))
}

// A drawing is one in the making.
type drawing struct {
	lanes
	rows     []protocol.Row
	root     string
	scenario protocol.Scenario
	width    int // of a block
}

// threads makes the lanes.
func (d *drawing) threads(rows []protocol.Row) {
	n := len(d.scenario.Threads)
	for _, row := range rows {
		n = max(n, row.Thread+1)
	}
	for i := range n {
		d.Threads = append(d.Threads, lane{d.thread(i), class(i), axisHeight + i*laneHeight + laneHeight/2})
	}
}

func (d *drawing) thread(i int) string { return protocol.Printable(d.scenario.Thread(i)) }

// class is that of a thread's colour: neighbours differ.
func class(thread int) string { return "t" + strconv.Itoa(thread%6) }

// x returns where the block of a row begins.
func (d *drawing) x(i int) int { return margin + i*(d.width+gap) }

// y returns where the blocks of a thread begin.
func (d *drawing) y(thread int) int { return d.Threads[thread].Y - blockHeight/2 }

func (d *drawing) block(i int, row protocol.Row) {
	b := block{
		Class: class(row.Thread), X: d.x(i), Y: d.y(row.Thread), Width: d.width, Height: blockHeight, Middle: d.x(i) + d.width/2, Base: d.Threads[row.Thread].Y + 4,
		Number: strconv.Itoa(row.Turn), Preempts: row.Preempts, Failed: row.Failed,
		Title: fmt.Sprintf("turn %d, %s: %s → %s", row.Turn, d.thread(row.Thread), protocol.Printable(row.From), protocol.Printable(row.To)),
	}
	if row.GoesOn {
		b.Number, b.Class = "…"+b.Number, b.Class+" goeson"
	}
	if row.Preempts {
		b.Title += "; the thread before could have gone on"
	}
	if row.Failed {
		b.Class += " failed"
		b.Title += "; failed here"
	}
	d.write(&b, row)
	d.Blocks = append(d.Blocks, b)
}

// write puts text into a block: on two lines where one is too short.
func (d *drawing) write(b *block, row protocol.Row) {
	if d.width < roomToRead {
		return
	}
	size := int(float64(d.width-padding) / charWidth)
	b.Label = d.label(row)
	if file, rest, ok := strings.Cut(b.Label, ":"); ok && utf8.RuneCountInString(b.Label) > size {
		b.Above, b.Label = fitted(file, size), ":"+rest
	}
	b.Label = fitted(b.Label, size)
}

// label is what stands in a block: where it ends, without folders.
func (d *drawing) label(row protocol.Row) string {
	switch {
	case row.Waits:
		return "waits"
	case row.File == "":
		return protocol.Printable(row.To)
	}
	short := protocol.Shorten(row.File, d.root)
	return protocol.Printable(strings.Replace(row.To, short, path.Base(filepath.ToSlash(short)), 1))
}

// fitted returns text of that many characters at most.
func fitted(text string, size int) string {
	if utf8.RuneCountInString(text) <= size {
		return text
	}
	return string([]rune(text)[:size-1]) + "…"
}

// wait draws for how long the thread of a row is blocked behind it.
func (d *drawing) wait(i int, row protocol.Row) {
	if i == 0 && row.GoesOn {
		d.stretch(0, d.x(0), row.Thread, "")
	}
	if !row.Waits {
		return
	}
	until, on := d.Width, strings.TrimPrefix(protocol.Printable(row.To), "waits: ")
	for j := i + 1; j < len(d.rows); j++ {
		if d.rows[j].Thread == row.Thread {
			until = d.x(j)
			break
		}
	}
	on, _, _ = strings.Cut(on, " at ")
	d.stretch(d.x(i)+d.width, until, row.Thread, on)
}

func (d *drawing) stretch(from, to, thread int, on string) {
	s := stretch{X: from, Y: d.y(thread) + 8, Width: to - from, Height: blockHeight - 16, Middle: (from + to) / 2, Base: d.Threads[thread].Y + 4}
	if size := int(float64(s.Width-padding) / charWidth); size >= utf8.RuneCountInString(on) {
		s.Label = on
	}
	d.Stretches = append(d.Stretches, s)
}

// lead draws the line from the row before.
func (d *drawing) lead(i int, row protocol.Row) {
	if i == 0 || d.rows[i-1].Thread == row.Thread {
		return
	}
	x, y := d.x(i)-gap, d.Threads[d.rows[i-1].Thread].Y
	to := d.Threads[row.Thread].Y
	middle := x + gap/2
	d.Switches = append(d.Switches, switchLine{
		Path:     fmt.Sprintf("M%d %dC%d %d %d %d %d %d", x, y, middle, y, middle, to, x+gap, to),
		Preempts: row.Preempts,
	})
	d.Preempts = d.Preempts || row.Preempts
}

// fail marks where the scenario failed.
func (d *drawing) fail() {
	for i, row := range d.rows {
		if row.Failed {
			d.Mark = &mark{X: d.x(i) + d.width, Height: d.Height}
			return
		}
	}
	if d.scenario.FailedTurn < 0 && d.scenario.Failed {
		d.Mark = &mark{X: d.Width - endWidth/2, Height: d.Height, Label: "✗"}
	}
}

// choose chooses the part that is shown first: where it failed, else the last switch that is emphasised.
func (d *drawing) choose() {
	on := 0
	for i, b := range d.Blocks {
		if b.Preempts {
			on = i
		}
	}
	if i := slices.IndexFunc(d.Blocks, func(b block) bool { return b.Failed }); i >= 0 {
		on = i
	}
	d.Blocks[on].On, d.Steps[on].On = true, true
}

// step says what a row is about.
func (d *drawing) step(row protocol.Row, at code) step {
	s := step{
		Class: class(row.Thread), Turn: "turn " + strconv.Itoa(row.Turn), Thread: d.thread(row.Thread),
		From: protocol.Printable(row.From), To: protocol.Printable(row.To), Preempts: row.Preempts, Failed: row.Failed, Code: at.lines,
	}
	if row.GoesOn {
		s.Turn += " goes on"
	}
	if at.file != "" {
		s.File = protocol.Shorten(at.file, d.root)
	}
	return s
}

// name gives the parts of the drawing names that begin with that of the scenario.
func (l *lanes) name(id string) {
	for i := range l.Blocks {
		name := fmt.Sprintf("%s-%d", id, i+1)
		l.Blocks[i].ID, l.Steps[i].ID = name, name
	}
}
