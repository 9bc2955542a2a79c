package covertool

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFlag(t *testing.T) {
	for _, test := range []struct{ name, program, overlay, others, want string }{
		{"plain", "/bin/orchtest", "/tmp/o.json", "", "/bin/orchtest -orchtest.toolexec /tmp/o.json"},
		{"of the user", "/o", "/j", "time -v", "/o -orchtest.toolexec /j time -v"},
		{"spaces", "/my bin/o", "/it's/j", "", `'/my bin/o' -orchtest.toolexec "/it's/j"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := Flag(test.program, test.overlay, test.others)
			if err != nil || got != test.want {
				t.Errorf("got %s, %v, want %s", got, err, test.want)
			}
		})
	}
	if got, err := Flag(`/it's "o"`, "/j", ""); err == nil {
		t.Errorf("both kinds of quotes: got %s", got)
	}
}

func TestCoverTool(t *testing.T) {
	for command, want := range map[string]int{
		"/go/tool/cover -V=full":                        0,
		"/go/tool/cover.exe -pkgcfg x a.go":             0,
		"/usr/bin/time -v /go/tool/cover @/tmp/args":    2,
		"/go/tool/compile -p example.com/cover -V a.go": -1,
		"/go/tool/link -V=full":                         -1,
		"/go/tool/cover":                                -1,
	} {
		if got := coverTool(strings.Fields(command)); got != want {
			t.Errorf("%s: got %d, want %d", command, got, want)
		}
	}
}

func TestResponseFile(t *testing.T) {
	long := strings.Repeat("x", longest)
	command := []string{"wrap", "cover", "-pkgcfg", `C:\new`, "two\nlines", long}
	short, err := shorten(command, 1, t.TempDir())
	if err != nil || len(short) != 3 {
		t.Fatalf("got %q, %v", short, err)
	}
	got, err := expand(short, 1)
	if err != nil || !slices.Equal(got, command) {
		t.Errorf("got %.200q, %v", got, err)
	}
	command = command[:5]
	if got, err := shorten(command, 1, t.TempDir()); err != nil || !slices.Equal(got, command) {
		t.Errorf("a short one: got %q, %v", got, err)
	}
}

func TestOriginal(t *testing.T) {
	temp := t.TempDir()
	for _, path := range []string{filepath.Join(temp, "a b", "c.go"), "example.com/m/a.go", "a.go"} {
		if got := Original(path); got != path {
			t.Errorf("%s: got %s", path, got)
		}
	}
	path := filepath.Join(temp, "x$", "a.go")
	stand := mirror(filepath.Join(temp, "cover-1"), path)
	if got := Original(stand); got != path || filepath.Base(stand) != "a.go" {
		t.Errorf("%s: got %s, want %s", stand, got, path)
	}
}

// Of what the cover tool does not know, nothing may be lost in silence.
func TestUnknownForm(t *testing.T) {
	list := filepath.Join(t.TempDir(), "list")
	if err := os.WriteFile(list, []byte("vars.go\na.cover.go\nb.cover.go\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	overlay := filepath.Join(t.TempDir(), "o.json")
	if err := os.WriteFile(overlay, []byte("{}"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{
		{"cover", "-pkgcfg", "x", "a.go"},
		{"cover", "-pkgcfg", "x", "-outfilelist"},
		{"cover", "-outfilelist", list + "x", "a.go", "b.go"},
		{"cover", "-outfilelist", list},
	} {
		if err := instrument(overlay, command, 0); err == nil {
			t.Errorf("%q: no error", command)
		}
	}
}
