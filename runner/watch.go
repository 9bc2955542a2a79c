package runner

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/parse"
	"github.com/orchtest/orchtest/watch"
)

// A WatchConfig says what is to be run when files change.
type WatchConfig struct {
	Config
	// Keys are what was pressed, as watch.Config has them.
	Keys <-chan byte
	// OfTerminal returns what Config.Terminal is to be for the next run; nil lets it be as it is.
	OfTerminal func() Terminal
	// Say tells the user something, or what is wrong; it is not nil.
	Say func(error)
}

// Watch runs the tests, and those again that changed files matter to, until the context is done or it is told to end.
// What is wrong with the code does not end it. It returns what [Run] returns, in the end of what failed when it was last
// run. While it waits, none of its processes is alive.
func Watch(ctx context.Context, c WatchConfig) error {
	if err := c.checkWatch(); err != nil {
		return err
	}
	r, err := newRun(c.Config)
	if err != nil {
		return err
	}
	end, err := r.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	w := &watching{WatchConfig: c, lister: r}
	err = watch.Watch(ctx, watch.Config{
		Dir: r.Dir, List: w.list, Run: w.run, Keys: c.Keys,
		Say: func(text string) { c.Say(errors.New(text)) },
	})
	if errors.Is(err, watch.ErrFailing) {
		return ErrFailed
	}
	return err
}

// checkWatch finds what does not go with watching.
func (c Config) checkWatch() error {
	switch {
	case c.UntilFailure:
		return usagef("--watch and --until-failure: a hunt goes on by itself until a test fails: give one of them")
	case c.Shard.Of > 0:
		return usagef("--watch and --shard %v: a shard is a part of one run on several machines: leave --shard out", c.Shard)
	case c.Resume != "":
		return usagef("--watch and --resume %s: the journal is of one state of the code: give one of them", c.Resume)
	}
	return nil
}

// A watching is one call of [Watch].
type watching struct {
	WatchConfig
	lister *run // runs no tests
	listed bool // something was found
}

// list finds out what there is to watch.
func (w *watching) list(ctx context.Context) (watch.Project, error) {
	r := w.lister
	patterns := r.goArgs.patterns(r.Packages)
	out, failure, err := r.goOutput(ctx, slices.Concat(watch.ListArgs, r.buildFlags(), []string{"--"}, patterns)...)
	if err != nil {
		return watch.Project{}, err
	}
	project := watch.Read(out, r.Dir, patterns)
	if !w.listed && project.Empty() && ctx.Err() == nil {
		return project, usagef("--watch: no package of the project matches %s: %s", strings.Join(patterns, " "), failure)
	}
	w.listed = true
	return project, nil
}

// run runs what is asked for.
func (w *watching) run(ctx context.Context, request watch.Request) watch.Outcome {
	c := w.Config
	if w.OfTerminal != nil {
		c.Terminal = w.OfTerminal()
	}
	if request.Anew {
		c.Anew, c.Cache = true, ""
	}
	r, err := newRun(c)
	if err != nil {
		return watch.Outcome{Err: err}
	}
	// A sequence is of one test, and files have no other name.
	if request.Packages != nil && r.only == nil && !slices.Contains(request.Packages, commandLine) {
		r.Packages, r.goArgs.packages = request.Packages, nil
	}
	if request.Tests != nil && r.only == nil && !strings.Contains(r.Run, "/") {
		r.Run = "^(" + strings.Join(request.Tests, "|") + ")$"
	}
	r.ends = &packageEnds{run: r}
	err = r.all(ctx)
	out := watch.Outcome{Ended: r.ends.ended, Failed: r.failedIn(r.ends.ended)}
	var usage *UsageError
	_, afterwards := err.(*postRunError) // and nothing else: the next run may have it succeed
	switch {
	case err == nil, errors.Is(err, ErrFailed), errors.Is(err, ErrSaid), ctx.Err() != nil:
	case errors.As(err, &usage), afterwards:
		w.Say(err)
	default:
		out.Err = err
	}
	return out
}

// failedIn returns, of these packages, those that failed, with the names of the tests that did.
func (r *run) failedIn(packages []string) map[string][]string {
	failed := map[string][]string{}
	for name := range r.verdict.failures {
		if !slices.Contains(packages, name.pkg) {
			continue
		}
		if test, _, _ := strings.Cut(name.test, "/"); test != "" && !slices.Contains(failed[name.pkg], test) {
			failed[name.pkg] = append(failed[name.pkg], test)
		} else if test == "" && failed[name.pkg] == nil {
			failed[name.pkg] = []string{}
		}
	}
	return failed
}

// packageEnds is a sink that notes which packages came to their ends before anything ended the run.
type packageEnds struct {
	run   *run
	ended []string
}

func (p *packageEnds) event(e parse.Event, _ bool) error {
	if e.Ends() && e.Test == "" && p.run.ctx.Err() == nil && !slices.Contains(p.ended, e.Package) {
		p.ended = append(p.ended, e.Package)
	}
	return nil
}
