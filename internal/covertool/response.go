package covertool

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Where the arguments of a tool are very long, the go command writes them to a file, one a line, and
// names that: see cmd/internal/objabi.

var (
	encoder = strings.NewReplacer("\\", "\\\\", "\n", "\\n")
	decoder = strings.NewReplacer("\\\\", "\\", "\\n", "\n")
)

// expand puts the arguments that stand in a file in place of its name, which is the one behind the i-th.
func expand(command []string, i int) ([]string, error) {
	command = slices.Clone(command)
	file, ok := strings.CutPrefix(command[i+1], "@")
	if !ok {
		return command, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	command = command[:i+1]
	for line := range strings.Lines(string(text)) {
		command = append(command, decoder.Replace(strings.TrimSuffix(line, "\n")))
	}
	return command, nil
}

// longest is how long the arguments may be, as for the go command.
const longest = 30 << 10

// shorten writes the arguments behind the i-th to a file if they are very long.
func shorten(command []string, i int, temp string) ([]string, error) {
	var text strings.Builder
	for _, arg := range command[i+1:] {
		text.WriteString(encoder.Replace(arg) + "\n")
	}
	if text.Len() < longest {
		return command, nil
	}
	file := filepath.Join(temp, "arguments")
	return append(command[:i+1:i+1], "@"+file), os.WriteFile(file, []byte(text.String()), 0o666)
}
