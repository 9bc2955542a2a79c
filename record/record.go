// Package record writes down what becomes of scenarios, and reads it back: the journal of a run that may
// be interrupted, and the entries of the result cache.
//
// A record is JSON lines. The first one is a [Header]; each of the others is one [Line]. It is only ever
// added to, so what ends it early, a killed process or a machine that went down, costs the last line:
// [Read] stops at the first line that is not whole, and says where it begins.
//
// What the record says of a call are the steps of its strategy in their order: a scenario is given, and
// later it is done. Taken again in this order they bring a strategy to where it was, however many
// scenarios ran at once.
package record

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Version is the version of the lines that this package writes and reads.
const Version = 1

// A Header says what a record is of.
type Header struct {
	Version int    `json:"version"`
	Kind    string `json:"kind"` // [Journal] or [Cache]
	Seed    uint64 `json:"seed"` // of what was drawn
	// Run says which flags the run had, by name, and Binaries which test binary each package has. Both
	// are of a journal.
	Run      map[string]string `json:"run,omitempty"`
	Binaries map[string]string `json:"binaries,omitempty"`
}

// Kinds of records.
const (
	Journal = "journal"
	Cache   = "cache"
)

// A Line is one line behind the header: exactly one of its fields is there.
type Line struct {
	Event  json.RawMessage `json:"event,omitempty"` // of the plan run, as go test -json has it
	Given  *Request        `json:"given,omitempty"`
	Done   *Result         `json:"done,omitempty"`
	Inputs *Inputs         `json:"inputs,omitempty"`
}

// A Call is a call of orchestrate.Test in a test, as the serial run found it.
type Call struct {
	Package string `json:"package"`
	Test    string `json:"test"`
	Index   int    `json:"call"`
	Counts  string `json:"counts"` // turns of each thread
}

// A Request is what the process of a scenario is asked for.
type Request struct {
	Call
	Sequence string `json:"sequence"` // or the beginning of one
}

// A Result is what became of it.
type Result struct {
	Request
	Verdict  string          `json:"verdict"`
	Reason   string          `json:"reason,omitempty"`
	Report   json.RawMessage `json:"report,omitempty"` // the library's, as the value of protocol.AttrScenario
	Output   string          `json:"output,omitempty"`
	Elapsed  float64         `json:"elapsed,omitempty"` // seconds
	BrokeOff bool            `json:"brokeOff,omitempty"`
	Again    string          `json:"again,omitempty"`    // of one that failed in a batch: its verdict in a process of its own
	Corrects bool            `json:"corrects,omitempty"` // it holds in place of what was done before for the request
	Inputs   string          `json:"inputs,omitempty"`   // the ID of another line
}

// Inputs are what a scenario has looked at outside of its process.
type Inputs struct {
	ID    string   `json:"id"`
	Names []string `json:"names"` // of variables and files, each behind a word that says which
	State string   `json:"state"` // a hash of what they were
}

// A WrongHeaderError says that a record is not one that can be read here.
type WrongHeaderError struct{ Reason string }

func (e *WrongHeaderError) Error() string { return e.Reason }

// longest is how long a line may be: a scenario that failed may have printed megabytes.
const longest = 64 << 20

// Read reads a record of a kind, and calls line with each line behind the header and with the bytes that
// it takes, from first to end. It returns where the first line begins that is not whole, or cannot be read: what
// is there and behind it is to be left out. A record without any whole line is empty: its header is nil.
//
// An error is a [WrongHeaderError], or comes from the reader.
func Read(r io.Reader, kind string, line func(l Line, first, end int64)) (*Header, int64, error) {
	lines := bufio.NewReaderSize(r, 1<<16)
	text, err := next(lines)
	if err != nil {
		return nil, 0, ignoreEnd(err)
	}
	header, err := readHeader(text, kind)
	if err != nil {
		return nil, 0, err
	}
	good := int64(len(text))
	for {
		text, err := next(lines)
		if err != nil {
			return header, good, ignoreEnd(err)
		}
		l, ok := Decode(text)
		if !ok {
			return header, good, nil
		}
		end := good + int64(len(text))
		line(l, good, end)
		good = end
	}
}

// errNotWhole says that a line has no end, or is too long to be one.
var errNotWhole = errors.New("the line is not whole")

func ignoreEnd(err error) error {
	if err == io.EOF || err == errNotWhole {
		return nil
	}
	return err
}

// next returns the next line with its end.
func next(lines *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		piece, err := lines.ReadSlice('\n')
		text = append(text, piece...)
		switch {
		case err == nil:
			return text, nil
		case err == io.EOF && len(text) > 0, err == bufio.ErrBufferFull && len(text) > longest:
			return nil, errNotWhole
		case err != bufio.ErrBufferFull:
			return nil, err
		}
	}
}

func readHeader(text []byte, kind string) (*Header, error) {
	var h Header
	switch err := json.Unmarshal(text, &h); {
	case err != nil || h.Kind != kind:
		return nil, &WrongHeaderError{fmt.Sprintf("it is not a %s of orchtest's", kind)}
	case h.Version != Version:
		return nil, &WrongHeaderError{fmt.Sprintf("it is of version %d, and this orchtest reads version %d", h.Version, Version)}
	}
	return &h, nil
}

// Decode reads a line. It reports whether that is one.
func Decode(text []byte) (l Line, ok bool) {
	if err := json.Unmarshal(text, &l); err != nil {
		return Line{}, false
	}
	n := 0
	for _, is := range []bool{l.Event != nil, l.Given != nil, l.Done != nil, l.Inputs != nil} {
		if is {
			n++
		}
	}
	return l, n == 1
}

// A Writer writes a record. Each line is one Write, so that an end of the process costs one line at most.
type Writer struct {
	W    io.Writer
	Size int64 // how much was written
	Err  error // the first; nothing is written behind it
}

// Header writes the first line.
func (w *Writer) Header(h Header) {
	h.Version = Version
	w.write(h)
}

// Line writes a further line.
func (w *Writer) Line(l Line) { w.write(l) }

func (w *Writer) write(value any) {
	if w.Err != nil {
		return
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if w.Err = encoder.Encode(value); w.Err != nil {
		return
	}
	var n int
	n, w.Err = w.W.Write(text.Bytes())
	w.Size += int64(n)
}
