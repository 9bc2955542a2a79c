package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/record"
)

var call = record.Call{Package: "example.com/m", Test: "TestX", Counts: "2,2"}

// sample is a record with a line of each kind, and sampleLines are these.
func sample() (text []byte, lines []record.Line) {
	request := record.Request{Call: call, Sequence: "0,1"}
	lines = []record.Line{
		{Event: json.RawMessage(`{"Action":"run","Test":"TestX"}`)},
		{Given: &request},
		{Inputs: &record.Inputs{ID: "i", Names: []string{"env HOME"}, State: "s"}},
		{Done: &record.Result{
			Request: request, Verdict: "pass", Report: json.RawMessage(`{"version":1}`), Output: "<\n>", Elapsed: 0.5, Inputs: "i",
		}},
	}
	var b bytes.Buffer
	w := record.Writer{W: &b}
	w.Header(record.Header{Kind: record.Journal, Seed: 7, Run: map[string]string{"--explore": "tree"}})
	for _, line := range lines {
		w.Line(line)
	}
	return b.Bytes(), lines
}

func read(t testing.TB, text []byte) (*record.Header, []record.Line, int64) {
	t.Helper()
	var lines []record.Line
	was := int64(-1)
	header, good, err := record.Read(bytes.NewReader(text), record.Journal, func(l record.Line, first, end int64) {
		if again, ok := record.Decode(text[first:end]); !ok || !cmp.Equal(again, l) {
			t.Errorf("a line stands from %d to %d, where %q is", first, end, text[first:end])
		}
		if was >= 0 && first != was {
			t.Errorf("a line begins at %d, and the one before it ended at %d", first, was)
		}
		was = end
		lines = append(lines, l)
	})
	if wrong := new(record.WrongHeaderError); err != nil && !errors.As(err, &wrong) {
		t.Fatal(err)
	}
	if was >= 0 && good != was {
		t.Errorf("it is good up to %d, and the last line ended at %d", good, was)
	}
	return header, lines, good
}

func TestRead(t *testing.T) {
	text, want := sample()
	header, lines, good := read(t, text)
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Error(diff)
	}
	if header.Seed != 7 || header.Run["--explore"] != "tree" || good != int64(len(text)) {
		t.Errorf("header %v, good up to %d of %d", header, good, len(text))
	}
}

// TestReadTorn cuts a record off at each place: the lines before it are read, and nothing else.
func TestReadTorn(t *testing.T) {
	text, want := sample()
	for n := range text {
		whole := bytes.Count(text[:n], []byte("\n"))
		header, lines, good := read(t, text[:n])
		if (header != nil) != (whole > 0) || len(lines) != max(whole-1, 0) {
			t.Fatalf("of %d bytes, %d lines, were read: header %v, %d lines", n, whole, header, len(lines))
		}
		if want := bytes.LastIndexByte(text[:n], '\n') + 1; good != int64(want) {
			t.Fatalf("of %d bytes are good %d, want %d", n, good, want)
		}
		for i, line := range lines {
			if diff := cmp.Diff(want[i], line); diff != "" {
				t.Fatal(diff)
			}
		}
	}
}

// TestReadHole reads what a file system may leave of a file that was written when the machine went down.
func TestReadHole(t *testing.T) {
	text, want := sample()
	_, lines, good := read(t, append(bytes.Clone(text), append(make([]byte, 5000), "\n{}\n"...)...))
	if len(lines) != len(want) || good != int64(len(text)) {
		t.Errorf("%d lines and %d bytes are good, want %d and %d", len(lines), good, len(want), len(text))
	}
}

func TestReadWrong(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"another file", "package main\n", "it is not a journal of orchtest's"},
		{"a cache", `{"version":1,"kind":"cache"}` + "\n", "it is not a journal of orchtest's"},
		{"a later one", `{"version":2,"kind":"journal"}` + "\n", "it is of version 2, and this orchtest reads version 1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := record.Read(strings.NewReader(test.text), record.Journal, nil)
			if wrong := new(record.WrongHeaderError); !errors.As(err, &wrong) || err.Error() != test.want {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestWriterStops(t *testing.T) {
	var b bytes.Buffer
	w := record.Writer{W: &b}
	w.Line(record.Line{Event: json.RawMessage("{")}) // cannot be encoded
	if w.Err == nil {
		t.Error("no error")
	}
	if w.Header(record.Header{}); b.Len() > 0 {
		t.Errorf("it goes on: %s", &b)
	}
}

func FuzzRead(f *testing.F) {
	text, _ := sample()
	f.Add(text)
	f.Add(text[:len(text)-3])
	f.Add(bytes.Replace(text, []byte("given"), []byte("gi\x00en"), 1))
	f.Add(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n")))
	f.Fuzz(func(t *testing.T, text []byte) {
		header, lines, good := read(t, text)
		if header == nil && (len(lines) > 0 || good != 0) {
			t.Errorf("no header, and %d lines, %d bytes", len(lines), good)
		}
		if good > int64(len(text)) || (good > 0 && text[good-1] != '\n') {
			t.Errorf("good up to %d of %d", good, len(text))
		}
	})
}
