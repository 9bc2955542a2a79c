package html

import (
	"strings"

	"github.com/orchtest/orchtest/junit"
)

// An explanation is what orchtest itself has added to the output of a scenario: what became of it, a table of its
// turns, and the command that replays it. The page shows most of that in another way.
type explanation struct {
	output string // without it
	reason string // why it did not pass, as far as the output does not say
	text   string // as it stands in the output, without its indentation
}

// explained takes the output of a case apart that is a scenario. Where there is no explanation in it, all of it is
// output.
func explained(c *junit.Case) explanation {
	output, label, replay := c.Output, c.Scenario.Label, command(c.Scenario)
	needs := ""
	if c.Scenario.Turns != nil {
		needs = c.Scenario.Turns.Needs
	}
	begin := "    scenario " + label + " "
	end := "    replay: " + replay + "\n"
	if replay == "" {
		return explanation{output: output}
	}
	rest, text := cutOut(output, begin, end)
	if text == "" {
		return explanation{output: output}
	}
	return explanation{output: rest, reason: reason(text, label, needs), text: text}
}

// cutOut takes out of an output what begins with a line, and ends with another one; without its indentation. The
// text is "" where that is not there.
func cutOut(output, begin, end string) (rest, text string) {
	i := lastLine(output, begin)
	if i < 0 {
		return output, ""
	}
	n := strings.Index(output[i:]+"\n", end)
	if n < 0 {
		return output, ""
	}
	n = min(n+len(end), len(output[i:]))
	text = strings.ReplaceAll("\n"+output[i:i+n], "\n    ", "\n")[1:]
	return strings.TrimRight(output[:i], "\n") + "\n" + strings.TrimLeft(output[i+n:], "\n"), strings.TrimRight(text, "\n")
}

// indented returns lines as they stand in an output.
func indented(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll("\n"+text, "\n", "\n    "), "\n    \n", "\n\n")[1:]
}

// reason returns what stands between the verdict and the threads, less what is said of the switches that the scenario
// needs.
func reason(text, label, needs string) string {
	head, _, _ := strings.Cut(text, "\nthreads:")
	if needs != "" {
		head = strings.Replace(head, "\n"+needs, "", 1)
	}
	head = strings.TrimPrefix(head, "scenario "+label+" ")
	for _, verdict := range []string{"failed", "could not be run"} {
		if rest, ok := strings.CutPrefix(head, verdict); ok {
			return strings.TrimSpace(strings.TrimPrefix(rest, ":"))
		}
	}
	return ""
}

// lastLine returns where the last line begins that has that beginning; -1 where none has.
func lastLine(text, begin string) int {
	if i := strings.LastIndex(text, "\n"+begin); i >= 0 {
		return i + 1
	}
	if strings.HasPrefix(text, begin) {
		return 0
	}
	return -1
}

// firstLine returns the first line that says something.
func firstLine(text string) string {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			return shortened(line, 200)
		}
	}
	return ""
}

// shortened returns text of that many bytes at most, about.
func shortened(text string, size int) string {
	if len(text) <= size {
		return text
	}
	return strings.ToValidUTF8(text[:size], "") + "…"
}
