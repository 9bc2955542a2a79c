package runner

import (
	"regexp"
	"strings"
)

// quit is what a Go program prints first when it is asked for its stacks.
const quit = "SIGQUIT: quit\n"

// tidyStacks takes from the stacks that a Go program prints on SIGQUIT what is of no use to somebody
// who looks for the reason of a hang: registers, addresses of frames, and the runtime's own frames
// and goroutines. Output without such stacks is returned as it is.
func tidyStacks(output string) string {
	before, dump, found := strings.Cut(output, quit)
	if !found {
		return output
	}
	var b strings.Builder
	b.WriteString(before)
	for i, block := range strings.Split(dump, "\n\n") {
		if i == 0 && strings.HasPrefix(block, "PC=") {
			continue
		}
		if strings.HasPrefix(block, "goroutine ") {
			block = tidyGoroutine(block)
		} else if registers.MatchString(block) {
			block = registers.ReplaceAllString(block, "")
		}
		if block = strings.Trim(block, "\n"); block != "" {
			b.WriteString(block + "\n\n")
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

var (
	// registers are the lines at the end of the dump, of any processor: a name and a number.
	registers = regexp.MustCompile(`(?m)^[a-z][a-z0-9]* +0x[0-9a-f]+\n?`)
	// header is that of a goroutine, with the addresses that are shown to debug the runtime.
	header = regexp.MustCompile(`^(goroutine \d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? (\[.*\]:?)$`)
	frame  = regexp.MustCompile(` fp=0x[0-9a-f]+ sp=0x[0-9a-f]+ pc=0x[0-9a-f]+$`)
)

// tidyGoroutine returns a goroutine's stack without the runtime's frames, and nothing if it has no
// others.
func tidyGoroutine(block string) string {
	lines := strings.Split(block, "\n")
	if strings.HasPrefix(block, "goroutine 0 ") {
		return "" // the scheduler's
	}
	kept := []string{header.ReplaceAllString(lines[0], "$1 $2")}
	frames := 0
	for i := 1; i+1 < len(lines); i += 2 {
		function, at := lines[i], frame.ReplaceAllString(lines[i+1], "")
		if strings.HasPrefix(function, "runtime.") || strings.HasPrefix(function, "created by runtime.") {
			continue
		}
		if !strings.HasPrefix(function, "created by ") {
			frames++
		}
		kept = append(kept, function, at)
	}
	if frames == 0 {
		return ""
	}
	return strings.Join(kept, "\n")
}
