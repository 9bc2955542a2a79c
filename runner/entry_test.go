package runner

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/orchtest/orchtest/explore"
)

// FuzzEntry explores with an entry of the cache that has anything in it: what cannot be used is not, and each
// scenario is reported once.
func FuzzEntry(f *testing.F) {
	p := toy{counts: []int{2, 2}, blocks: true, salt: 2}
	c := Config{Parallel: 1, MaxScenarios: 20}
	folder, toyFolder := f.TempDir(), f.TempDir()
	explored := func(t testing.TB, strategy string) toyRun {
		c := c
		c.Explore = strategy
		return exploreToy(t, toyFolder, c, p, 0, func(r *run) notebook {
			results, err := newCache(r, folder)
			if err != nil {
				t.Fatal(err)
			}
			return results
		})
	}
	want := explored(f, explore.Permutations)
	names, err := filepath.Glob(filepath.Join(folder, "b", "*"))
	if err != nil || len(names) != 1 {
		f.Fatalf("entries: %q, %v", names, err)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		f.Fatal(err)
	}
	for i := range explore.Strategies() {
		f.Add(text, i)
		f.Add(text[:len(text)-10], i)
		f.Add(bytes.ReplaceAll(text, []byte(`"thread":1`), []byte(`"thread":0`)), i)
		f.Add(bytes.ReplaceAll(text, []byte(`"thread":1`), []byte(`"thread":-1`)), i)
		f.Add(bytes.ReplaceAll(text, []byte(`"blocked":[`), []byte(`"blocked":[0,1,2,`)), i)
		f.Add(bytes.ReplaceAll(text, []byte(`"turns":[`), []byte(`"turns":[{"thread":1,"end":"end"},{"thread":1},`)), i)
	}
	f.Fuzz(func(t *testing.T, text []byte, strategy int) {
		if err := os.WriteFile(names[0], text, 0o666); err != nil {
			t.Fatal(err)
		}
		all := explore.Strategies()
		got := explored(t, all[uint(strategy)%uint(len(all))])
		e := got.Exploration
		if e.Planned != e.Passed+e.Failed+e.NotRun || len(got.Verdicts) != e.Passed+e.Failed || e.Passed > want.Exploration.Passed+c.MaxScenarios {
			t.Errorf("%v: %q", e, got.Verdicts)
		}
	})
}
