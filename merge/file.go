package merge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// A file is the stream of one shard.
type file struct {
	File
	shard  protocol.Shard // zero in a file without a whole event
	inputs map[string]string
	dir    string

	events int
	last   parse.Event // the latest of a test or a package
	ended  bool
}

// errStop ends the reading of a file.
var errStop = errors.New("enough was read")

// begin reads the record that the file begins with.
func (f *file) begin() error {
	err := f.each(func(e parse.Event) error {
		record, ok := shardRecord(e)
		if !ok || e.Package != "" || record.Ended {
			return conflict("%s: it is not the stream of a shard: make one with orchtest --shard i/n --jsonfile FILE", f.Name)
		}
		if record.Version > protocol.Version {
			return conflict("%s: it has version %d of the protocol, and this orchtest reads version %d: use the same version of orchtest",
				f.Name, record.Version, protocol.Version)
		}
		f.shard, f.inputs, f.dir = record.Shard, record.Inputs, record.Dir
		return errStop
	})
	if errors.Is(err, errStop) {
		return nil
	}
	return err
}

// shardRecord returns the record that an event is.
func shardRecord(e parse.Event) (record protocol.ShardRecord, ok bool) {
	if e.Action != parse.ActionAttr || e.Key != protocol.AttrShard || e.Test != "" {
		return record, false
	}
	err := json.Unmarshal([]byte(e.Value), &record)
	return record, err == nil && 0 < record.Index && record.Index <= record.Of
}

// at says where the file ends.
func (f *file) at() string {
	switch {
	case f.last.Test != "":
		return fmt.Sprintf(", in %s of %s", f.last.Test, f.last.Package)
	case f.last.Package != "":
		return ", in " + f.last.Package
	}
	return ""
}

// each calls do for each event. A line that is cut off at the end of the file is no event.
func (f *file) each(do func(parse.Event) error) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	r := bufio.NewReaderSize(in, 1<<16)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			e, wrong := parse.Decode(text)
			if wrong != nil && err != nil {
				return nil // the last line was not written to its end
			}
			if wrong != nil {
				return conflict("%s: line %d: %v", f.Name, n, wrong)
			}
			if err := do(e); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}
