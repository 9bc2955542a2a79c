package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func newTestCoverage(t *testing.T, outside bool, plan string) *coverage {
	t.Helper()
	c, err := newCoverage(t.TempDir(), 1, "", outside)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.close)
	if err := os.WriteFile(c.plan, []byte(plan), 0o666); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCoverageLine(t *testing.T) {
	const (
		a  = "m/a/a.go:1.1,2.2 1 1\nm/a/a.go:3.1,4.2 1 0\n"
		ab = "m/a/a.go:1.1,2.2 1 1\nm/a/a.go:3.1,4.2 1 0\nm/b/b.go:1.1,2.2 2 0\n" // 25 %
		ba = "m/a/a.go:1.1,2.2 1 0\nm/a/a.go:3.1,4.2 1 0\nm/b/b.go:1.1,2.2 2 1\n" // 50 %
		b2 = "m/a/a.go:1.1,2.2 1 0\nm/a/a.go:3.1,4.2 1 1\nm/b/b.go:1.1,2.2 2 0\n" // 25 % too
	)
	for _, test := range []struct {
		name, plan      string
		outside         bool
		line, scenarios string
		want            string
	}{
		{name: "what the test binary prints", plan: a, line: "coverage: 50.0% of statements\n", want: "coverage: 100.0% of statements\n"},
		{name: "what go test prints", plan: a, line: "ok  \tm/a\t1s\tcoverage: 50.0% of statements\n", want: "ok  \tm/a\t1s\tcoverage: 100.0% of statements\n"},
		{name: "beside other packages", plan: "m/b/b.go:1.1,2.2 2 0\n" + a + "m/a/x/a.go:1.1,2.2 2 0\n",
			line: "coverage: 50.0% of statements\n", want: "coverage: 100.0% of statements\n"},
		{name: "no scenario left a profile", plan: a, scenarios: "-", line: "coverage: 50.0% of statements\n", want: "coverage: 50.0% of statements\n"},
		{name: "something else", plan: a, line: "the coverage: 50.0% of statements\n", want: "the coverage: 50.0% of statements\n"},
		{name: "a profile that is of something else", plan: ba, line: "coverage: 25.0% of statements\n", want: "coverage: 25.0% of statements\n"},
		{name: "coverpkg", plan: ba + ab, outside: true, line: "coverage: 25.0% of statements in ./...\n", want: "coverage: 50.0% of statements in ./...\n"},
		{name: "coverpkg, the last part is one of a package without tests", plan: ab + "m/b/b.go:1.1,2.2 2 0\n", outside: true,
			line: "coverage: 25.0% of statements in ./...\n", want: "coverage: 50.0% of statements in ./...\n"},
		{name: "coverpkg, two parts may be meant", plan: ab + ba + b2, outside: true,
			line: "coverage: 25.0% of statements in ./...\n", want: "coverage: 25.0% of statements in ./...\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newTestCoverage(t, test.outside, "mode: set\n"+test.plan)
			switch test.scenarios {
			case "":
				c.add("m/a", []byte("mode: set\nm/a/a.go:3.1,4.2 1 1\n"))
				c.add("m/a", []byte("mode: set\nm/a/a.go:1.1,2.2 1 1\nm/a/a.go:3.1,4.2 1 ")) // cut off
			default:
				c.add("m/a", nil)
			}
			if got := c.line("m/a", test.line); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// What one process leaves must not count for the next one, however it ended.
func TestCoverFolder(t *testing.T) {
	c := newTestCoverage(t, false, "")
	f := c.take()
	write := func(name string) {
		t.Helper()
		if err := os.WriteFile(name, []byte("mode: set\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	write(filepath.Join(f.counters, "covcounters.1.2.3"))
	write(filepath.Join(f.counters, "covmeta.1"))
	if got := f.profile(); got != nil {
		t.Errorf("it has left no profile, got %q", got)
	}
	write(f.file)
	if got := string(f.profile()); got != "mode: set\n" {
		t.Errorf("got %q", got)
	}
	if got := f.profile(); got != nil {
		t.Errorf("the profile of before: %q", got)
	}
	entries, err := os.ReadDir(f.counters)
	if err != nil || len(entries) != 1 || entries[0].Name() != "covmeta.1" {
		t.Errorf("got %v, %v, want the description of the program alone", entries, err)
	}
	c.giveBack(f)
	c.close()
	if _, err := os.Stat(c.folder); !os.IsNotExist(err) {
		t.Errorf("the folder is left: %v", err)
	}
}

// Without -cover a scenario is given nothing.
func TestNoCoverage(t *testing.T) {
	var c *coverage
	f := c.take()
	c.giveBack(f)
	c.add("m", []byte("x"))
	if f.args() != nil || f.env() != nil || f.profile() != nil || c.write() != nil {
		t.Error("there is something")
	}
}

func TestProfilePath(t *testing.T) {
	abs, err := filepath.Abs("x")
	if err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"-cover":                                "",
		"-coverprofile=":                        "",
		"-coverprofile c.out":                   "here/c.out",
		"-test.coverprofile=a/c.out":            "here/a/c.out",
		"-coverprofile=c.out -outputdir=o":      "here/o/c.out",
		"-coverprofile=c.out -outputdir=" + abs: filepath.ToSlash(abs) + "/c.out",
		"-coverprofile=" + abs:                  filepath.ToSlash(abs),
	} {
		g, err := splitGoArgs(strings.Fields(args))
		if err != nil {
			t.Fatal(err)
		}
		r := run{goArgs: g, Config: Config{Dir: "here"}}
		if got := filepath.ToSlash(r.profilePath()); got != want || !g.cover {
			t.Errorf("%s: got %s, cover %v, want %s", args, got, g.cover, want)
		}
	}
}
