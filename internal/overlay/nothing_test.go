package overlay_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/orchtest/orchtest/internal/overlay"
)

// TestNothing has projects for which there is no overlay.
func TestNothing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		archive string
		want    overlay.Result
	}{
		"no pragma": {archive: usesLibrary},
		"near misses": {archive: usesLibrary + `
-- m.go --
package m

const s = "// pragma: SYNCPOINT"

// Write // pragma: SYNCPOINT behind a statement:
//
//	n++ // pragma: SYNCPOINT
`},
		"not built": {archive: usesLibrary + "-- sub/go.mod --\nmodule sub\n-- sub/sub.go --\npackage sub // pragma: SYNCPOINT\n" +
			"-- testdata/x.go --\npackage x // pragma: SYNCPOINT\n"},
		"unused": {
			archive: "-- m.go --\npackage m\n\nfunc f() {\n\t_ = 0 // pragma: SYNCPOINT\n\t_ = 0 // pragma: SYNCPOINT\n}\n",
			want:    overlay.Result{Unused: []string{"m.go:4", "m.go:5"}},
		},
		"unparsed": {
			archive: usesLibrary + "-- m.go --\npackage m\n\nfunc f() {\n\t_ = 0 + // pragma: SYNCPOINT\n}\n",
			want:    overlay.Result{Unparsed: []string{"m.go"}},
		},
		"go.mod in error": {archive: usesLibrary + "-- go.mod --\nmodule\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := newProject(t, c.archive).build(overlay.Config{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNoModule(t *testing.T) {
	t.Parallel()
	p := newProject(t, "")
	dir := t.TempDir()
	if _, err := p.build(overlay.Config{Dir: dir}); !errors.Is(err, overlay.ErrNoModule) || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
	result, err := p.build(overlay.Config{Dir: dir, Env: p.env("GO111MODULE=off")})
	if err != nil || result.File != "" {
		t.Errorf("got %+v, %v", result, err)
	}
}

func TestNoGoCommand(t *testing.T) {
	p := newProject(t, usesLibrary+"-- m.go --\npackage m\n\n// pragma: SYNCPOINT\n")
	t.Setenv("PATH", t.TempDir())
	if _, err := p.build(overlay.Config{}); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	// Without a pragma, the go command is not even asked for.
	p.write("m.go", "package m\n")
	p.writeAll("-- sub/go.mod --\nmodule sub\n")
	for _, dir := range []string{"sub", "sub/below", ".hidden", "node_modules/x"} {
		p.write(dir+"/x.go", "package x\n\n// pragma: SYNCPOINT\n")
	}
	p.write("../go.work", "go 1.25\n\nuse ./m\n")
	for _, work := range []string{"", "off", p.path("../go.work")} {
		result, err := p.build(overlay.Config{Env: p.env("GOWORK=" + work)})
		if err != nil || result.File != "" {
			t.Errorf("GOWORK=%s: got %+v, %v", work, result, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	p := newProject(t, usesLibrary)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, text := range []string{"package m\n", "package m\n\n// pragma: SYNCPOINT\n"} {
		p.write("m.go", text)
		_, err := overlay.Build(ctx, overlay.Config{Dir: p.dir, Env: p.env(), TempDir: t.TempDir()})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}
