package timeline

import "github.com/fatih/color"

// A style paints text, or leaves it as it is.
type style struct {
	on bool
}

func styleOf(on bool) style { return style{on} }

func (s style) paint(text string, attributes ...color.Attribute) string {
	if !s.on || text == "" {
		return text
	}
	c := color.New(attributes...)
	c.EnableColor()
	return c.Sprint(text)
}

func (s style) plain(text string) string  { return text }
func (s style) strong(text string) string { return s.paint(text, color.Bold) }
func (s style) dim(text string) string    { return s.paint(text, color.Faint) }
func (s style) waits(text string) string  { return s.paint(text, color.FgYellow) }
func (s style) failed(text string) string { return s.paint(text, color.FgRed, color.Bold) }

// thread returns how a thread is painted: neighbours differ.
func (s style) thread(index int) func(string) string {
	colors := []color.Attribute{color.FgCyan, color.FgMagenta, color.FgGreen, color.FgBlue}
	return func(text string) string { return s.paint(text, colors[index%len(colors)], color.Bold) }
}
