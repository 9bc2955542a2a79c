package gobuild

import (
	"os"
	"path/filepath"
	"strings"
)

// Environ answers what the go command would take from its environment.
type Environ struct {
	vars   []string
	config map[string]string // what `go env -w` has written
}

// NewEnviron is for an environment; nil is that of this process.
func NewEnviron(vars []string) Environ {
	if vars == nil {
		vars = os.Environ()
	}
	e := Environ{vars: vars}
	e.config = readGoEnv(e.configFile())
	return e
}

// Get is the value of a variable. As in the go command, an empty one counts as not set.
func (e Environ) Get(key string) string {
	for i := len(e.vars) - 1; i >= 0; i-- {
		if name, value, _ := strings.Cut(e.vars[i], "="); name == key && value != "" {
			return value
		}
	}
	return e.config[key]
}

func (e Environ) configFile() string {
	switch file := e.Get("GOENV"); file {
	case "off":
		return ""
	case "":
		dir, err := os.UserConfigDir()
		if err != nil {
			return ""
		}
		return filepath.Join(dir, "go", "env")
	default:
		return file
	}
}

func readGoEnv(file string) map[string]string {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	config := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			config[key] = value
		}
	}
	return config
}

// Flag is the value of a flag of the go command, from the command line or else from GOFLAGS.
func (e Environ) Flag(name string, commandLine []string) string {
	if value, ok := findFlag(name, commandLine); ok {
		return value
	}
	value, _ := findFlag(name, strings.Fields(e.Get("GOFLAGS")))
	return value
}

// findFlag reads -name=value, --name=value, -name value and --name value. The last one counts.
func findFlag(name string, args []string) (value string, ok bool) {
	for i, arg := range args {
		short, dashed := strings.CutPrefix(arg, "-")
		if !dashed {
			continue
		}
		flag, v, assigned := strings.Cut(strings.TrimPrefix(short, "-"), "=")
		if flag != name {
			continue
		}
		if !assigned && i+1 < len(args) {
			v = args[i+1]
		}
		value, ok = v, true
	}
	return value, ok
}
