package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/merge"
	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/timeline"
)

// A MergeConfig says which shards are to be merged, and who is told.
type MergeConfig struct {
	Files []string // streams of shards

	Format    string // of the console: see Formats; "" is "pkgname"
	JUnitFile string // "" writes none
	JSONFile  string // "" writes none
	HTMLFile  string // "" writes none
	ReportOptions

	Stdout io.Writer
	Stderr io.Writer
}

// Merge makes one report of several shards. It returns nil if all are there and passed, [ErrFailed] if a test, a
// scenario or a build failed or a shard is missing, a [UsageError] if the files are not the shards of one run,
// the context's cause if it was interrupted, and any other error if a report could not be written.
func Merge(ctx context.Context, c MergeConfig) error {
	config := Config{
		Parallel: 1, MaxScenarios: 1, Depth: 1, Isolation: Process, Format: cmp.Or(c.Format, DefaultFormat),
		JUnitFile: c.JUnitFile, JSONFile: c.JSONFile, HTMLFile: c.HTMLFile, ReportOptions: c.ReportOptions,
		Stdout: c.Stdout, Stderr: c.Stderr,
	}
	if err := config.check(); err != nil {
		return err
	}
	if len(c.Files) == 0 {
		return usagef("merge: name the streams of all shards, which orchtest --shard i/n --jsonfile FILE writes")
	}
	files := make([]merge.File, len(c.Files))
	for i, name := range c.Files {
		for _, report := range []string{c.JUnitFile, c.JSONFile, c.HTMLFile} {
			if filepath.Clean(name) == filepath.Clean(report) {
				return usagef("merge: %s is to be read and to be written: name another file", name)
			}
		}
		files[i] = merge.File{Name: name, Open: func() (io.ReadCloser, error) {
			file, err := os.Open(name)
			return interruptible{ctx, file}, err
		}}
	}
	run, err := merge.Read(files)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var conflict *merge.ConflictError
	if errors.As(err, &conflict) || errors.Is(err, os.ErrNotExist) {
		return &UsageError{fmt.Errorf("merge: %w", err)}
	}
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	return mergeInto(ctx, config, run)
}

// An interruptible file ends with its context.
type interruptible struct {
	ctx context.Context
	*os.File
}

func (f interruptible) Read(p []byte) (int, error) {
	if f.ctx.Err() != nil {
		return 0, context.Cause(f.ctx)
	}
	return f.File.Read(p)
}

// mergeInto writes the reports of a merged run.
func mergeInto(ctx context.Context, c Config, run *merge.Run) error {
	reports, err := openReports(c)
	if err != nil {
		return err
	}
	defer reports.discard()
	var unshown error
	console := newConsole(c, nil, func(err error) { unshown = fmt.Errorf("console: %w", err) })
	verdict := &verdictSink{}
	hunted := &huntedSink{}
	stream := &stream{sinks: append(reports.sinks(), verdict, console, hunted)}
	from := ""
	err = run.Write(func(e parse.Event, dir string) error {
		if dir != from && reports.cases != nil {
			from = dir
			reports.cases.SetRoot(dir)
		}
		stream.emit(e)
		return nil
	})
	console.close()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("merge: %w", err)
	}
	here, err := os.Getwd()
	if err != nil {
		return err
	}
	var explored []exploredTest
	for _, each := range run.Explored {
		explored = append(explored, exploredTest{test: each.Test, Exploration: each.Exploration})
	}
	console.summarize(explored, false)
	if len(hunted.tests) > 0 {
		console.say(hunted.summary(protocol.Shard{}, 0))
	}
	console.say(mergeSummary(run))
	incomplete := ""
	if len(run.Troubles) > 0 {
		incomplete = fmt.Sprintf("%d of %s merged", run.Whole, parse.Counted(run.Of, "shard"))
	}
	if err := errors.Join(unshown, stream.err, reports.write(&timeline.Source{Root: here}, incomplete)); err != nil {
		return err
	}
	if verdict.failed.Load() {
		err = ErrFailed
	}
	return afterwards(err, c.postRun(ctx, local{}, console.exec, explored, console.summary))
}

// mergeSummary says which shards there are.
func mergeSummary(run *merge.Run) string {
	if len(run.Troubles) == 0 {
		return fmt.Sprintf("MERGED %s\n", parse.Counted(run.Of, "shard"))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "MERGED %d of %s: not complete\n", run.Whole, parse.Counted(run.Of, "shard"))
	for _, trouble := range run.Troubles {
		fmt.Fprintf(&b, "  %s\n", trouble.Text)
	}
	return b.String()
}
