package main

import (
	"io"
	"os"

	"golang.org/x/term"

	"github.com/orchtest/orchtest/runner"
)

// terminalOf returns what is known of the terminal that w writes to; nothing where it is none. Colours can be
// had off by NO_COLOR (https://no-color.org).
func terminalOf(w io.Writer) runner.Terminal {
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return runner.Terminal{}
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		width = 80
	}
	return runner.Terminal{
		Width: width, Color: os.Getenv("NO_COLOR") == "",
		Errors: term.IsTerminal(int(os.Stderr.Fd())),
	}
}
