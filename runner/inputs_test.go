package runner

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestInputNames(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "module", "pkg")
	root := filepath.Dir(dir)
	for _, test := range []struct{ name, log, want string }{
		{"nothing", "", ""},
		{"each once, in an order", "getenv B\ngetenv A\nopen x\nopen ./x\ngetenv B\n", "env A, env B, open $pkg/x"},
		{"what orchtest sets", "getenv ORCHTEST_SEQUENCE\ngetenv ORCHTEST_TURNS\ngetenv ORCHTEST_TURN_TIMEOUT\nopen own/turns\n",
			"env ORCHTEST_TURN_TIMEOUT"},
		{"outside of the module", "open /etc/hosts\nstat ../../x\nopen ../x\n", "open $module/x"},
		{"another folder", "open a\nchdir " + filepath.Join(root, "other") + "\nopen a\nchdir /tmp\nopen a\n",
			"open $module/other/a, open $pkg/a, stat $module/other"},
	} {
		t.Run(test.name, func(t *testing.T) {
			ours := func(path string) bool { return path == filepath.Join(dir, "own", "turns") }
			names, err := inputNames([]byte(testLogHeader+test.log), dir, root, ours)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.NewReplacer(dir, "$pkg", root, "$module").Replace(strings.Join(names, ", "))
			if filepath.ToSlash(got) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	for _, log := range []string{"", "getenv A\n", "# test log\ngetenv A", "# test log\nread a\n"} {
		if names, err := inputNames([]byte(log), dir, root, nil); err == nil {
			t.Errorf("%q is read as %q", log, names)
		}
	}
}

// TestInputsState changes one thing at a time: that is noticed, and what nobody has looked at is not.
func TestInputsState(t *testing.T) {
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	old := time.Now().Add(-time.Hour)
	write := func(name, text string, when time.Time) {
		t.Helper()
		if err := os.WriteFile(path(name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path(name), when, when); err != nil {
			t.Fatal(err)
		}
	}
	write("read", "a", old)
	write("looked-at", "a", old)
	if err := os.Mkdir(path("listed"), 0o777); err != nil {
		t.Fatal(err)
	}
	names := []string{"env SET", "env UNSET", "stat " + path("looked-at"), "open " + path("read"), "open " + path("listed"),
		"stat " + path("absent")}
	env := []string{"SET=1", "OTHER=1"}
	state := func() string {
		t.Helper()
		text, err := inputsState(names, env, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	was := state()
	for _, change := range []struct {
		name   string
		do     func()
		notice bool
	}{
		{"nothing", func() {}, false},
		{"another variable", func() { env = []string{"SET=1", "OTHER=2", "NEW=1"} }, false},
		{"a variable", func() { env = []string{"SET=2"} }, true},
		{"one that is empty now, and was not set", func() { env = []string{"SET=2", "UNSET="} }, true},
		{"GODEBUG", func() { env = append(env, "GODEBUG=x=1") }, true},
		{"another file", func() { write("unread", "b", old) }, false},
		{"the size of a file", func() { write("read", "bb", old) }, true},
		{"the time of a file", func() { write("read", "bb", old.Add(time.Second)) }, true},
		{"a file that is looked at", func() { write("looked-at", "bb", old) }, true},
		{"a file in a folder", func() { write("listed/x", "", old) }, true},
		{"a file that was absent", func() { write("absent", "", old) }, true},
	} {
		t.Run(change.name, func(t *testing.T) {
			change.do()
			is := state()
			if (is != was) != change.notice {
				t.Errorf("noticed: %v", is != was)
			}
			was = is
		})
	}

	write("read", "c", time.Now())
	if _, err := inputsState(names, env, time.Now()); err == nil {
		t.Error("a file that was only just written is trusted")
	}
	if diff := cmp.Diff(newInputs(names, "a"), newInputs(names, "b")); diff == "" {
		t.Error("two states have one ID")
	}
}

func TestTrim(t *testing.T) {
	folder := t.TempDir()
	now := time.Now()
	for _, file := range []struct {
		name string
		age  time.Duration
		size int
	}{
		{"a/new", time.Hour, 10}, {"a/older", 2 * time.Hour, 10}, {"b/large", 3 * time.Hour, 100}, {"c/unused", 6 * 24 * time.Hour, 1},
	} {
		name := filepath.Join(folder, file.name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, make([]byte, file.size), 0o666); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(name, now.Add(-file.age), now.Add(-file.age)); err != nil {
			t.Fatal(err)
		}
	}
	left := func() string {
		names, err := filepath.Glob(filepath.Join(folder, "*", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return filepath.ToSlash(strings.ReplaceAll(strings.Join(names, " "), folder+string(filepath.Separator), ""))
	}
	trimTo(folder, now, 120)
	if got, want := left(), "a/new a/older b/large"; got != want {
		t.Errorf("left: %s, want %s", got, want)
	}
	trimTo(folder, now, 50)
	if got, want := left(), "a/new a/older"; got != want {
		t.Errorf("left: %s, want %s", got, want)
	}
	if _, err := os.Stat(filepath.Join(folder, "b")); err == nil {
		t.Error("an empty folder is left")
	}
	// It is not looked at each time.
	if err := trimCache(folder, now); err != nil {
		t.Fatal(err)
	}
	if err := trimCache(folder, now.Add(7*24*time.Hour)); err != nil || left() != "" {
		t.Errorf("left after a week: %s, %v", left(), err)
	}
}
