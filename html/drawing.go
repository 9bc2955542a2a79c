package html

import (
	"fmt"
	"maps"
	"math"
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
	lowLane     = 34 // where there are many
	lowBlock    = 24
	gap         = 24 // between two blocks, for the line of a switch
	nearGap     = 8  // between two of one thread, where there are many
	margin      = 14 // left of the first block
	endWidth    = 32 // right of the last one
	charWidth   = 6.7
	padding     = 16  // within a block, left and right together
	roomToRead  = 64  // narrower blocks have no text
	pageWidth   = 960 // more has to be scrolled
)

// longest is how many rows are drawn at most: those up to the failure, and some behind it.
const longest, behind = 300, 20

// From many rows on blocks are narrow; from tall lanes on lanes are low.
const many, tall = 48, 8

// newLanes draws a scene.
func newLanes(c scene) *lanes {
	from := window(c.rows)
	to := min(len(c.rows), from+longest)
	d := &drawing{scene: c, rows: c.rows[from:to], labels: c.labels[from:to]}
	d.lane()
	d.fit()
	d.Title = fmt.Sprintf("%s of %s", count(c.turns, "turn"), count(len(c.threads), "thread"))
	blocked := d.blockedBefore(c.rows[:from])
	for i, row := range d.rows {
		d.block(i, row)
		d.lead(i, row)
		d.Steps = append(d.Steps, d.step(row, c.code[from+i]))
	}
	for thread := range c.threads {
		if on, waits := blocked[thread]; waits && d.of[thread] >= 0 {
			d.wait(0, thread, -1, on)
		}
	}
	for i, row := range d.rows {
		if row.Waits {
			d.wait(d.xs[i]+d.width, row.Thread, i, row.To)
		}
	}
	d.say()
	d.share()
	d.fail()
	d.choose()
	return &d.lanes
}

// lane gives each thread a lane that has something to show: where only a part is drawn, that is in it.
func (d *drawing) lane() {
	shown := make([]bool, len(d.threads))
	for _, row := range d.rows {
		shown[row.Thread] = true
	}
	d.of = make([]int, len(d.threads))
	lanes := 0
	for i := range d.of {
		if d.of[i] = -1; shown[i] || d.idle == nil || !d.idle[i] {
			d.of[i] = lanes
			lanes++
		}
	}
	d.Axis, d.Lane, d.high = axisHeight, laneHeight, blockHeight
	if lanes > tall {
		d.Lane, d.high, d.Low = lowLane, lowBlock, true
	}
	d.Height = axisHeight + lanes*d.Lane
	for i, at := range d.of {
		if at >= 0 {
			d.Threads = append(d.Threads, lane{protocol.Printable(d.threads[i]), d.class(i), axisHeight + at*d.Lane + d.Lane/2})
		}
	}
}

// blockedBefore returns which threads are blocked where the drawing begins, and what they wait for.
func (d *drawing) blockedBefore(rows []protocol.Row) map[int]string {
	blocked := maps.Clone(d.before)
	if blocked == nil {
		blocked = map[int]string{}
	}
	for _, row := range rows {
		if delete(blocked, row.Thread); row.Waits {
			blocked[row.Thread] = row.To
		}
	}
	return blocked
}

// say says what is not drawn.
func (d *drawing) say() {
	var left []string
	missing := ""
	if slices.ContainsFunc(d.scene.rows, func(r protocol.Row) bool { return r.GoesOn }) {
		if n := len(d.scene.rows) - len(d.rows); n > 0 {
			missing = count(n, "part")
		}
	} else if n := d.turns - len(d.rows); n > 0 {
		missing = grouped(n)
	}
	if missing != "" {
		left = append(left, fmt.Sprintf("%s of %s are not drawn: those far before the failure, or behind it.", missing, count(d.turns, "turn")))
	}
	if n := len(d.threads) - len(d.Threads); n > 0 {
		left = append(left, fmt.Sprintf("%s without a lane took no turn here.", count(n, "thread")))
	}
	d.Left = strings.Join(left, " ")
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

// fit decides how wide the blocks are, and where each begins: as wide as their labels need, if there is room, and
// narrower where there are many.
func (d *drawing) fit() {
	n := len(d.rows)
	if n > many {
		d.width = roomToRead / 2
	} else {
		wanted, least := 0, 72
		for _, label := range d.labels {
			above, last, two := strings.Cut(label, "\n")
			wanted = max(wanted, utf8.RuneCountInString(above), utf8.RuneCountInString(last))
			if two {
				least = 108
			}
		}
		d.width = int(math.Ceil(float64(wanted)*charWidth)) + padding
		d.width = max(roomToRead, min(d.width, max(pageWidth/max(n, 1)-gap, least), 220))
	}
	x := margin
	for i, row := range d.rows {
		switch {
		case i == 0:
		case n > many && d.rows[i-1].Thread == row.Thread && !d.rows[i-1].Waits:
			x += d.width + nearGap
		default:
			x += d.width + gap
		}
		d.xs = append(d.xs, x)
	}
	d.Width = x + d.width + endWidth
}

// A drawing is one in the making.
type drawing struct {
	lanes
	scene
	rows   []protocol.Row // that are drawn, and their labels
	labels []string
	of     []int // the lane of each thread; -1 is none
	xs     []int // where the block of each row begins
	width  int   // of a block
	high   int
}

func (d *drawing) thread(i int) string { return protocol.Printable(d.threads[i]) }

// class is that of a thread's colour: neighbours differ.
func (d *drawing) class(thread int) string {
	if thread == d.timers {
		return "timers"
	}
	return "t" + strconv.Itoa(thread%6)
}

// middle returns the middle of a thread's lane.
func (d *drawing) middle(thread int) int { return d.Threads[d.of[thread]].Y }

// y returns where the blocks of a thread begin.
func (d *drawing) y(thread int) int { return d.middle(thread) - d.high/2 }

func (d *drawing) block(i int, row protocol.Row) {
	b := block{
		Class: d.class(row.Thread), X: d.xs[i], Y: d.y(row.Thread), Width: d.width, Height: d.high, Middle: d.xs[i] + d.width/2, Base: d.middle(row.Thread) + 4,
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
	d.write(&b, d.labels[i])
	d.Blocks = append(d.Blocks, b)
}

// write puts text into a block: on two lines where one is too short.
func (d *drawing) write(b *block, label string) {
	if d.width < roomToRead {
		return
	}
	size := int(float64(d.width-padding) / charWidth)
	above, last, two := strings.Cut(label, "\n")
	switch b.Label = above; {
	case two && d.Low:
	case two:
		b.Above, b.Label = fitted(above, size), last
		if file, line, ok := strings.Cut(last, ":"); ok && utf8.RuneCountInString(last) > size {
			b.Label = fitted(file, max(size-len(line)-1, 1)) + ":" + line
		}
	case d.Low:
	default:
		d.split(b, size)
	}
	b.Label = fitted(b.Label, size)
}

// split puts a place that is too long for one line on two.
func (d *drawing) split(b *block, size int) {
	if file, rest, ok := strings.Cut(b.Label, ":"); ok && utf8.RuneCountInString(b.Label) > size {
		b.Above, b.Label = fitted(file, size), ":"+rest
	}
}

// fitted returns text of that many characters at most.
func fitted(text string, size int) string {
	if utf8.RuneCountInString(text) <= size {
		return text
	}
	return string([]rune(text)[:size-1]) + "…"
}

// wait draws for how long a thread is blocked that is from x on, behind the row of that index.
func (d *drawing) wait(x, thread, behind int, to string) {
	until := d.Width
	for i := behind + 1; i < len(d.rows); i++ {
		if d.rows[i].Thread == thread {
			until = d.xs[i]
			break
		}
	}
	on := strings.TrimPrefix(protocol.Printable(to), "waits: ")
	on, _, _ = strings.Cut(on, " at ")
	d.stretch(x, until, thread, on)
}

func (d *drawing) stretch(from, to, thread int, on string) {
	inset := d.high / 5
	s := stretch{X: from, Y: d.y(thread) + inset, Width: to - from, Height: d.high - 2*inset, Middle: (from + to) / 2, Base: d.middle(thread) + 4}
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
	x, y := d.xs[i]-gap, d.middle(d.rows[i-1].Thread)
	to := d.middle(row.Thread)
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
			d.Mark = &mark{X: d.xs[i] + d.width, Height: d.Height, Means: "failed in this turn"}
			return
		}
	}
	if d.beyond != "" {
		d.Mark = &mark{X: d.Width - endWidth/2, Height: d.Height, Label: "✗", Means: d.beyond}
	}
}

// choose chooses the part that is shown first: where it failed, else the last switch that is emphasised, else the
// part before it failed.
func (d *drawing) choose() {
	on := 0
	if d.beyond != "" {
		on = len(d.Blocks) - 1
	}
	for i, b := range d.Blocks {
		if b.Preempts {
			on = i
		}
	}
	if i := slices.IndexFunc(d.Blocks, func(b block) bool { return b.Failed }); i >= 0 {
		on = i
	}
	if len(d.Blocks) > 0 {
		d.Blocks[on].On, d.Steps[on].On = true, true
	}
}

// step says what a row is about.
func (d *drawing) step(row protocol.Row, at code) step {
	s := step{
		Class: d.class(row.Thread), Turn: "turn " + strconv.Itoa(row.Turn), Thread: d.thread(row.Thread),
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
