package hunting

import (
	"cmp"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/lib/protocol"
)

// A Crash is how a process ended that did not report its end. One of the three is set.
type Crash struct {
	Finding   *protocol.Finding // the code under test did that
	ToolError string            // what orchtest puts into the build did
	Unknown   string            // nobody can tell: of a process that was killed from outside
}

var (
	address    = regexp.MustCompile(`\b0x[0-9a-f]+\b|\bgoroutine \d+\b|\b\d+ms\b`)
	repanicked = regexp.MustCompile(` \[recovered(, repanicked)?\]$`)
)

// Classify says what ended a process: status is how, as "exit status 2"; output is what it printed. Paths below folder
// are shortened.
func Classify(output, status, folder string) Crash {
	if strings.HasPrefix(status, "signal: ") && !strings.Contains(output, "\ngoroutine ") {
		return Crash{Unknown: "the process ended: " + status}
	}
	message, rest := message(output)
	if message == "" {
		if status == "" {
			return Crash{Unknown: "the process ended before its schedules did"}
		}
		return Crash{Finding: &protocol.Finding{
			Kind: protocol.FoundFailure, Identity: "exit: " + status,
			Text: "the process ended before the schedule did: " + status,
		}}
	}
	all := goroutines(rest)
	if strings.HasPrefix(message, "fatal error: all goroutines are asleep") {
		return asleep(message, all)
	}
	if outOfMemory(message) {
		return Crash{Unknown: message}
	}
	if len(all) == 0 {
		return Crash{Unknown: message + ", and no stack"}
	}
	first, users := all[0].tops()
	if first.ours() && !misuse(message) {
		return Crash{ToolError: message + " in " + first.function + " (" + first.place + ")\n" + all[0].text}
	}
	at := cmp.Or(users, first)
	return Crash{Finding: &protocol.Finding{
		Kind:     protocol.FoundPanic,
		Identity: address.ReplaceAllString(message, "…") + " at " + at.function + " " + shortPlace(at.place),
		Text:     message + " at " + protocol.Shorten(at.place, folder),
	}}
}

// message returns the line that says why a Go program crashed, and what follows it.
func message(output string) (text, rest string) {
	for at := 0; at < len(output); {
		line, _, _ := strings.Cut(output[at:], "\n")
		trimmed := strings.TrimRight(line, "\r")
		if strings.HasPrefix(trimmed, "panic: ") || strings.HasPrefix(trimmed, "fatal error: ") {
			if rest := output[at:]; strings.Contains(rest, "\ngoroutine ") {
				return repanicked.ReplaceAllString(trimmed, ""), rest
			}
		}
		at += len(line) + 1
	}
	return "", ""
}

// misuse reports whether a message is of an operation that the code under test has asked for, though ours carried
// it out.
func misuse(message string) bool {
	for _, text := range []string{
		"close of closed channel", "close of nil channel", "send on closed channel",
		"sync: ", "concurrent map ", "unlock of unlocked", "negative shift",
		"non-positive interval", // of a ticker
		"test executed panic(nil)", "panic called with nil argument", "nil context", "cannot create context from nil parent",
	} {
		if strings.Contains(message, text) {
			return true
		}
	}
	return false
}

func outOfMemory(message string) bool {
	return strings.Contains(message, "out of memory") || strings.Contains(message, "cannot allocate memory") ||
		strings.Contains(message, "failed to create new OS thread")
}

// asleep is the crash of a process in which every goroutine was blocked. Where a test is hunted that is seen before
// the runtime sees it; so if a goroutine waits in our code, it is ours that failed.
func asleep(message string, all []goroutine) Crash {
	var sites []string
	for _, g := range all {
		if slices.ContainsFunc(g.frames, frame.ours) {
			return Crash{ToolError: message + "\n" + g.text}
		}
		if _, users := g.tops(); users.function != "" {
			sites = append(sites, g.state+" "+shortPlace(users.place))
		}
	}
	slices.Sort(sites)
	return Crash{Finding: &protocol.Finding{
		Kind: protocol.FoundDeadlock, Identity: "deadlock: " + strings.Join(sites, ", "), Text: message,
	}}
}

// shortPlace is a place without the folders that lead to its file: these are others on another machine.
func shortPlace(place string) string { return path.Base(filepath.ToSlash(place)) }
