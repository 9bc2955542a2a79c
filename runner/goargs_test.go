package runner

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSplitGoArgs(t *testing.T) {
	for _, test := range []struct {
		name string
		args string
		want goArgs
	}{
		{"none", "", goArgs{}},
		{"build flags", "-race -tags=a,b -mod vendor", goArgs{build: []string{"-race", "-tags=a,b", "-mod=vendor"}}},
		{"race switched off again", "-race -race=false", goArgs{build: []string{"-race", "-race=false"}}},
		{"two dashes and the binary's form", "--race -test.short", goArgs{
			build: []string{"-race"}, test: []string{"-short"}, binary: []string{"-test.short"}}},
		{"flags for the plan run alone", "-count=1 -timeout 5m -bench . -shuffle on", goArgs{
			test: []string{"-count=1", "-timeout=5m", "-bench=.", "-shuffle=on"}, counted: true}},
		{"packages", "./a -race ./b", goArgs{packages: []string{"./a", "./b"}, build: []string{"-race"}}},
		{"flags of the test binary's own", "-short -update value -y=z", goArgs{
			test: []string{"-short"}, binary: []string{"-test.short"}, own: []string{"-update", "value", "-y=z"}}},
		{"args", "-race -args -race ./x", goArgs{build: []string{"-race"}, own: []string{"-race", "./x"}}},
		{"run", "-run TestA", goArgs{run: "TestA", hasRun: true}},
		{"one cpu", "-cpu 4", goArgs{test: []string{"-cpu=4"}, binary: []string{"-test.cpu=4"}}},
		{"several cpus", "-cpu 1,2", goArgs{test: []string{"-cpu=1,2"}}},
		{"overlay", "-overlay o.json", goArgs{overlay: "o.json"}},
		{"coverage", "-cover -covermode=count", goArgs{build: []string{"-cover", "-covermode=count"}, cover: true}},
		{"coverage of other packages", "-coverpkg ./...", goArgs{build: []string{"-coverpkg=./..."}, cover: true, coverPackage: true}},
		{"a coverage profile", "-coverprofile c.out", goArgs{coverProfile: "c.out", cover: true}},
		{"no coverage", "-cover=false", goArgs{build: []string{"-cover=false"}}},
		{"a program before the tools", "-toolexec time", goArgs{toolexec: "time"}},
		{"what orchtest asks for anyway", "-json -v", goArgs{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := splitGoArgs(strings.Fields(test.args))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(goArgs{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSplitGoArgsRefuses(t *testing.T) {
	for name, flag := range goFlags {
		if flag.treatment != refused {
			continue
		}
		if refusals[name] == "" {
			t.Errorf("-%s is refused without a reason", name)
		}
		_, err := splitGoArgs([]string{"-" + name + "=x"})
		var usage *UsageError
		if !errors.As(err, &usage) || !strings.Contains(err.Error(), "-"+name) {
			t.Errorf("-%s: got %v, want a usage error that names it", name, err)
		}
	}
	if _, err := splitGoArgs([]string{"-tags"}); err == nil || !strings.Contains(err.Error(), "needs a value") {
		t.Errorf("-tags without a value: got %v", err)
	}
}

func TestAgain(t *testing.T) {
	g, err := splitGoArgs(strings.Fields("./a -race -count=1 -run X -short -overlay o.json -cover -coverprofile=c -toolexec=x -args -u v"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(g.again(), " "), "-race -cover -short -overlay=o.json -toolexec=x -args -u v"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestShellQuote(t *testing.T) {
	for arg, want := range map[string]string{
		"./bank":      "./bank",
		"0,1,0,1":     "0,1,0,1",
		"":            "''",
		"^TestA$":     "'^TestA$'",
		"it's":        `'it'\''s'`,
		"a b":         "'a b'",
		"0,1,0,1#01":  "'0,1,0,1#01'",
		"$(rm -rf /)": "'$(rm -rf /)'",
	} {
		if got := shellQuote(arg); got != want {
			t.Errorf("%q: got %s, want %s", arg, got, want)
		}
	}
}
