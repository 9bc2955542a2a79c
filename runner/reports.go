package runner

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/orchtest/orchtest/html"
	"github.com/orchtest/orchtest/junit"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/timeline"
)

// reports are the files that a run writes. Each is written to a temporary file beside it and takes
// its place at the end, whole or not at all.
type reports struct {
	json  *reportFile
	junit *reportFile
	html  *reportFile
	cases *junit.Report // nil if neither junit nor html is written
}

// openReports finds out, before any test is run, whether the files can be written.
func openReports(c Config) (*reports, error) {
	r := &reports{}
	var err error
	if r.json, err = openReport("--jsonfile", c.JSONFile); err != nil {
		return nil, err
	}
	if r.junit, err = openReport("--junitfile", c.JUnitFile); err != nil {
		r.discard()
		return nil, err
	}
	if r.html, err = openReport("--html", c.HTMLFile); err != nil {
		r.discard()
		return nil, err
	}
	if r.junit != nil || r.html != nil {
		config := c.junit(c.Dir)
		config.Turns = r.html != nil
		r.cases = junit.New(config)
	}
	return r, nil
}

// sinks are what takes the events.
func (r *reports) sinks() []sink {
	var sinks []sink
	if r.json != nil {
		sinks = append(sinks, &jsonSink{w: r.json.w})
	}
	if r.cases != nil {
		sinks = append(sinks, junitSink{r.cases})
	}
	return sinks
}

// junitSink collects test cases.
type junitSink struct{ cases *junit.Report }

func (j junitSink) event(e parse.Event, _ bool) error {
	j.cases.Add(e)
	return nil
}

// write puts the files in their places. Incomplete says why not everything was run, "" where everything was.
func (r *reports) write(source *timeline.Source, incomplete string) error {
	var err error
	if r.json != nil {
		err = r.json.commit()
	}
	if r.junit != nil {
		err = errors.Join(err, r.cases.WriteXML(r.junit.w), r.junit.commit())
	}
	if r.html != nil {
		page := html.Config{Source: source.Lines, Incomplete: incomplete}
		err = errors.Join(err, html.Write(r.html.w, r.cases.Packages(), page), r.html.commit())
	}
	return err
}

// discard removes what was not written to its place.
func (r *reports) discard() {
	for _, f := range []*reportFile{r.json, r.junit, r.html} {
		if f != nil {
			f.discard()
		}
	}
}

// A reportFile is a file in the making.
type reportFile struct {
	flag, name string
	file       *os.File
	w          *bufio.Writer
	temporary  bool // file is to take the place of name
	closed     bool
}

// openReport returns nil for an empty name.
func openReport(flag, name string) (*reportFile, error) {
	if name == "" {
		return nil, nil
	}
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target // it is to be replaced, and not the link
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, fmt.Errorf("%s %s: %w: name a file that can be written", flag, name, errors.Unwrap(err))
	}
	f := &reportFile{flag: flag, name: name}
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
		return nil, fmt.Errorf("%s %s: it is a folder: name a file", flag, name)
	case err == nil && !info.Mode().IsRegular():
		f.file, err = os.OpenFile(name, os.O_WRONLY, 0) // a pipe or a device cannot be replaced
	default:
		f.temporary = true
		f.file, err = f.create(info)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w: name a file that can be written", flag, name, errors.Unwrap(err))
	}
	f.w = bufio.NewWriterSize(f.file, 1<<16)
	return f, nil
}

// create makes the temporary file, with the permissions of the one that it is to replace.
func (f *reportFile) create(old os.FileInfo) (*os.File, error) {
	mode := os.FileMode(0o644)
	if old != nil {
		mode = old.Mode().Perm()
		if probe, err := os.OpenFile(f.name, os.O_WRONLY, 0); err != nil {
			return nil, err
		} else {
			probe.Close()
		}
	}
	file, err := os.CreateTemp(filepath.Dir(f.name), "."+filepath.Base(f.name)+".*")
	if err != nil {
		return nil, err
	}
	file.Chmod(mode) // not every file system has permissions
	return file, nil
}

// commit puts the file in its place.
func (f *reportFile) commit() error {
	err := f.w.Flush()
	f.closed = true
	if closeErr := f.file.Close(); err == nil {
		err = closeErr
	}
	if err == nil && f.temporary {
		err = os.Rename(f.file.Name(), f.name)
	}
	if err != nil {
		if f.temporary {
			os.Remove(f.file.Name())
		}
		return fmt.Errorf("%s %s: %w", f.flag, f.name, err)
	}
	return nil
}

// discard gives the file up, unless it is in its place.
func (f *reportFile) discard() {
	if f.closed {
		return
	}
	f.closed = true
	f.file.Close()
	if f.temporary {
		os.Remove(f.file.Name())
	}
}
