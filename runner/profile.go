package runner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"

	"github.com/orchtest/orchtest/internal/covertool"
)

// A profile is a coverage profile: how often each block of code was executed. The zero value is that of
// a run of nothing.
//
// The text has a line with the mode, and then one for each block: file:line.column,line.column, the
// number of its statements, and the count. A profile of several packages under -coverpkg repeats blocks.
type profile struct {
	mode   string // "set", "count" or "atomic"; "" of the zero value
	blocks []block
	index  map[string]int // of a block by its key
}

// A block is code that is executed as a whole.
type block struct {
	key        string // its line in a profile up to the count
	statements int
	count      uint64
}

var errMode = errors.New("no coverage profile: it does not begin with a mode")

// add adds what the text of a profile says: what it counts is summed, or, in the mode set, is counted if
// it is in either. The order of blocks is that in which they first came. Where there is an error,
// nothing has been added.
func (p *profile) add(text []byte) error {
	mode, lines, err := cutMode(text)
	if err != nil {
		return err
	}
	if p.mode != "" && mode != p.mode {
		return fmt.Errorf("coverage mode %s, and %s before", mode, p.mode)
	}
	if err := eachLine(lines, func([]byte, int, uint64) {}); err != nil {
		return err
	}
	p.mode = mode
	if p.index == nil {
		p.index = map[string]int{}
	}
	next := 0 // the same program tells of the same blocks in the same order
	return eachLine(lines, func(key []byte, statements int, count uint64) {
		i := next
		if i >= len(p.blocks) || p.blocks[i].key != string(key) {
			i = p.find(key, statements)
		}
		p.blocks[i].add(mode, count)
		next = i + 1
	})
}

// find returns the index of a block, which it appends if it is not there.
func (p *profile) find(key []byte, statements int) int {
	if i, known := p.index[string(key)]; known {
		return i
	}
	i := len(p.blocks)
	b := block{key: string(key), statements: statements}
	p.blocks = append(p.blocks, b)
	p.index[b.key] = i
	return i
}

func (b *block) add(mode string, count uint64) {
	switch {
	case mode == "set":
		b.count = min(1, b.count+min(1, count))
	case count > math.MaxUint64-b.count:
		b.count = math.MaxUint64
	default:
		b.count += count
	}
}

// merge adds another profile.
func (p *profile) merge(other *profile) error {
	if other.mode == "" {
		return nil
	}
	return p.add(other.text())
}

// text is the profile as go test writes it.
func (p *profile) text() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "mode: %s\n", p.mode)
	for _, block := range p.blocks {
		b.WriteString(block.key)
		b.WriteByte(' ')
		b.Write(strconv.AppendUint(b.AvailableBuffer(), block.count, 10))
		b.WriteByte('\n')
	}
	return b.Bytes()
}

// percent says how many of the statements are covered, as the testing package does. It is "" where
// there is no statement.
func (p *profile) percent() string {
	covered, all := 0, 0
	for _, b := range p.blocks {
		all += b.statements
		if b.count > 0 {
			covered += b.statements
		}
	}
	if all == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f%%", 100*float64(covered)/float64(all))
}

// cutMode takes the first line off.
func cutMode(text []byte) (mode string, lines []byte, err error) {
	first, lines, found := bytes.Cut(text, []byte("\n"))
	for _, mode := range []string{"set", "count", "atomic"} {
		if found && string(first) == "mode: "+mode {
			return mode, lines, nil
		}
	}
	return "", nil, errMode
}

// eachLine calls f for each block. A line that was not written to its end is an error.
func eachLine(lines []byte, f func(key []byte, statements int, count uint64)) error {
	for len(lines) > 0 {
		line, rest, whole := bytes.Cut(lines, []byte("\n"))
		if !whole {
			return io.ErrUnexpectedEOF
		}
		lines = rest
		key, statements, count, ok := cutBlock(line)
		if !ok {
			return fmt.Errorf("no block of a coverage profile: %q", line)
		}
		f(key, statements, count)
	}
	return nil
}

func cutBlock(line []byte) (key []byte, statements int, count uint64, ok bool) {
	last := bytes.LastIndexByte(line, ' ')
	if last < 0 {
		return nil, 0, 0, false
	}
	key = line[:last]
	before := bytes.LastIndexByte(key, ' ')
	if before < 0 || fileOf(key[:before]) == nil {
		return nil, 0, 0, false
	}
	n, err := strconv.ParseUint(string(key[before+1:]), 10, 31)
	if err != nil {
		return nil, 0, 0, false
	}
	count, err = strconv.ParseUint(string(line[last+1:]), 10, 64)
	return key, int(n), count, err == nil
}

// fileOf is the name of the file that a block is in. It is nil if there is none.
func fileOf(key []byte) []byte {
	if i := bytes.LastIndexByte(key, ':'); i > 0 {
		return key[:i]
	}
	return nil
}

// originals names the files of a profile as the user knows them.
func originals(text []byte) []byte {
	var b bytes.Buffer
	for line := range bytes.Lines(text) {
		if file := fileOf(line); file != nil {
			b.WriteString(covertool.Original(string(file)))
			line = line[len(file):]
		}
		b.Write(line)
	}
	return b.Bytes()
}
