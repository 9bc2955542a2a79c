package watch

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// What f runs is still to be run where a change ends it, also one that matters to no package.
func TestChangeEndsRunOfFailed(t *testing.T) {
	dir, project := load(t, "./...")
	const failing = "example.com/m/a"
	requests, keys, said := make(chan Request), make(chan byte), make(chan string, 100)
	watched := make(chan error)
	runs := 0
	c := Config{
		Dir: filepath.Join(dir, "m"), Keys: keys, Say: func(text string) { said <- text },
		List: func(context.Context) (Project, error) { return project, nil },
		Run: func(ctx context.Context, r Request) Outcome {
			if runs++; runs == 1 {
				return Outcome{Ended: project.tested(), Failed: map[string][]string{failing: {"TestA"}}}
			}
			requests <- r
			<-ctx.Done()
			return Outcome{}
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { watched <- Watch(ctx, c) }()
	<-said // it waits for changes
	keys <- 'f'
	if r := <-requests; len(r.Packages) != 1 || r.Packages[0] != failing || len(r.Tests) != 1 {
		t.Errorf("f runs %+v", r)
	}
	ignored := filepath.Join(dir, "m", "none", "ignored.go")
	if err := os.WriteFile(ignored, []byte("//go:build ignore\n\npackage none\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if got, want := <-said, filepath.Join("none", "ignored.go")+" changed: running "+failing; got != want {
		t.Fatalf("it says %q, want %q", got, want)
	}
	if r := <-requests; len(r.Packages) != 1 || r.Packages[0] != failing {
		t.Errorf("after the change it runs %+v", r)
	}
	cancel()
	if err := <-watched; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
