package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"
	"gotest.tools/gotestsum/cmd"
)

// gotestsumMain is gotestsum itself.
func gotestsumMain() {
	if err := cmd.Run("gotestsum", os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(cmd.ExitCodeWithDefault(err))
	}
}

// likegotestsum args… runs orchtest and lets gotestsum show the stream that it has written, with the same flags: what
// they print is to be the same, and whether it passed.
func cmdLikeGotestsum(ts *testscript.TestScript, _ bool, args []string) {
	ours := ts.Exec("orchtest", append(args, "--jsonfile", "events", "./...")...)
	want := ts.ReadFile("stdout")
	if slices.Contains(args, "standard-json") {
		want += ts.ReadFile("stderr") // the summary: standard output is the stream and nothing else
	}
	want = withoutAnnotations(want) // gotestsum has none
	// Of several flags the last one counts, and the command is what follows --.
	theirs := ts.Exec("gotestsum", append(args, "--raw-command", "--", "sh", "-c", "cat events; ! grep -q '\"Action\":\"fail\"' events")...)
	if diff := cmp.Diff(ts.ReadFile("stdout"), want); diff != "" {
		ts.Fatalf("%v: (-gotestsum +orchtest)\n%s", args, diff)
	}
	if (ours == nil) != (theirs == nil) {
		ts.Fatalf("%v: orchtest ended with %v, gotestsum with %v", args, ours, theirs)
	}
}

// withoutAnnotations returns text without the lines that GitHub reads.
func withoutAnnotations(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if !strings.HasPrefix(line, "::error ") {
			b.WriteString(line)
		}
	}
	return b.String()
}
