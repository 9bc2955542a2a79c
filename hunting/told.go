package hunting

import (
	"regexp"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// Told returns what a process has found last: what it reported, nil where that is nothing, put together with what its
// output and the way in which it ended tell: status is "" if it ended well, or was ended. Paths below folder are shortened.
func Told(reported *protocol.Finding, output, status, folder string) []protocol.Finding {
	if reported == nil {
		if races := Races(output, folder); len(races) > 0 {
			return races
		}
		if status != "" {
			if crash := Classify(output, status, folder); crash.Finding != nil {
				return []protocol.Finding{*crash.Finding}
			}
		}
		return nil
	}
	f := *reported
	switch f.Kind {
	case protocol.FoundRace, protocol.FoundFailure:
		if races := Races(output, folder); len(races) > 0 {
			for i := range races {
				races[i].Threads, races[i].Turns, races[i].Skipped = f.Threads, f.Turns, f.Skipped
			}
			return races
		}
		if place, text := failedAt(output); place != "" {
			f.Identity += " at " + place
			f.Text = strings.TrimPrefix(f.Text+": "+text, ": ")
		}
	case protocol.FoundPanic:
		if crash := Classify(traceback(f, output), "exit status 2", folder); crash.Finding != nil && crash.Finding.Kind == f.Kind {
			f.Identity, f.Text = crash.Finding.Identity, crash.Finding.Text
		}
	}
	return []protocol.Finding{f}
}

// Broke returns what says that orchtest's own code has panicked, though it reported that as a finding; "" where it
// has not.
func Broke(reported []protocol.HuntReport, output string) string {
	for _, r := range reported {
		if r.Finding.Kind == protocol.FoundPanic {
			return Classify(traceback(*r.Finding, output), "exit status 2", "").ToolError
		}
	}
	return ""
}

// traceback returns what a panic prints, as far as that is known: the process may have ended before it had printed all.
func traceback(f protocol.Finding, output string) string {
	for _, thread := range f.Threads {
		if thread.Stack != "" {
			return f.Text + "\n\ngoroutine 1 [running]:\n" + thread.Stack
		}
	}
	return output
}

// failure is a line that a test has logged.
var failure = regexp.MustCompile(`^\s+([^\s:]+\.go:\d+): (.*)$`)

// failedAt returns the place and the text of the last line that the test has logged: most probably why it failed.
func failedAt(output string) (place, text string) {
	for line := range strings.Lines(output) {
		if m := failure.FindStringSubmatch(strings.TrimRight(line, "\r\n")); m != nil {
			place, text = m[1], m[1]+": "+m[2]
		}
	}
	return place, text
}

// Tidy returns output without the frames of what orchtest puts into the build, in the stacks of a crash and in what
// the race detector tells.
func Tidy(output string) string {
	if !strings.Contains(output, "orchtest/lib/") {
		return output
	}
	var b strings.Builder
	skip := false
	for line := range strings.Lines(output) {
		if skip {
			skip = false
			continue // the place
		}
		name := strings.TrimPrefix(strings.TrimSpace(line), "created by ")
		skip = frame{function: name}.ours() && !strings.Contains(name, ".go:") && strings.ContainsAny(name, "()") ||
			strings.HasPrefix(line, "created by ") && frame{function: name}.ours()
		if !skip {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Title says in words what was found.
func Title(f protocol.Finding) string {
	text := strings.TrimSpace(f.Text)
	for _, word := range []string{f.Kind, "data race", "failed test"} {
		if strings.HasPrefix(text, word) {
			return text
		}
	}
	return strings.TrimSuffix(f.Kind+": "+text, ": ")
}

// Files returns the paths of the files that the sites of a finding name, as far as file knows them.
func Files(f protocol.Finding, file func(site string) string) map[string]string {
	files := map[string]string{}
	add := func(site string) {
		name := ReadSite(site).File
		if path := file(name); name != "" && path != "" {
			files[name] = path
		}
	}
	for _, thread := range f.Threads {
		add(thread.Started)
	}
	for _, turn := range f.Turns {
		add(turn.From)
		add(turn.To)
	}
	return files
}
