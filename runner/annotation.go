package runner

import (
	"fmt"
	"strings"
)

// An annotation is what GitHub shows beside a line of a pull request.
type annotation struct {
	file    string // relative to the repository, with slashes; "" is none
	line    int
	title   string
	message string
}

// Of a value these are what the runner of GitHub Actions reads back
// (actions/runner, src/Runner.Common/ActionCommand.cs).
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// String is the workflow command that makes the annotation.
func (a annotation) String() string {
	var properties []string
	if a.file != "" {
		properties = append(properties, "file="+escapeProperty.Replace(a.file), fmt.Sprintf("line=%d", a.line))
	}
	properties = append(properties, "title="+escapeProperty.Replace(a.title))
	return "::error " + strings.Join(properties, ",") + "::" + escapeData.Replace(a.message) + "\n"
}
