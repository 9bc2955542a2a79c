package runner

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// goArgs are the go test flags that the user gave after --, by who gets them.
type goArgs struct {
	packages []string // patterns that stood among the flags
	build    []string // for go test, go list and go test -c
	test     []string // for go test alone, in its own form: -short
	binary   []string // for the scenarios, in the binary's form: -test.short
	own      []string // what is no flag of go test: for the test binary, in every run
	run      string   // the value of -run
	hasRun   bool
	overlay  string // the value of -overlay
	toolexec string // the value of -toolexec

	counted      bool   // there is -count
	cover        bool   // coverage is on
	coverPackage bool   // there is -coverpkg
	coverProfile string // the value of -coverprofile
}

// How a flag of go test is treated.
type treatment int

const (
	toBuild    treatment = iota // it changes what is built
	toTest                      // it concerns the run of go test and not the scenarios
	toScenario                  // it concerns every run of the tests
	special                     // it is dealt with by name
	refused                     // it cannot be had: see refusals
)

// A goFlag is a flag of go test.
type goFlag struct {
	treatment treatment
	boolean   bool // it takes a value only after =
}

// goFlags are the flags that `go help build`, `go help test` and `go help testflag` list (Go 1.26).
var goFlags = flagTable(map[treatment]string{
	toBuild: "cover! covermode coverpkg a! race! msan! asan! work! x! trimpath! buildvcs! modcacherw! linkshared! " +
		"p asmflags buildmode compiler gccgoflags gcflags installsuffix ldflags mod modfile pgo pkgdir tags",
	toTest: "benchmem! failfast! artifacts! bench benchtime blockprofile blockprofilerate count cpuprofile memprofile " +
		"memprofilerate mutexprofile mutexprofilefraction outputdir shuffle timeout trace vet",
	toScenario: "short! fullpath! skip parallel",
	special:    "run cpu overlay toolexec coverprofile json! v!",
	refused:    "c! i! n! exec fuzz fuzzminimizetime fuzztime list o C",
})

// refusals say why a flag cannot be had, and what to do instead.
var refusals = map[string]string{
	"c":                "orchtest runs the tests: use go test -c to keep a binary",
	"i":                "go test has it no longer",
	"n":                "orchtest runs the tests: use go test -n to see the commands",
	"exec":             "orchtest starts the test binaries itself",
	"fuzz":             "orchtest runs the seeds of a fuzz test only: use go test -fuzz",
	"fuzzminimizetime": "orchtest runs the seeds of a fuzz test only: use go test -fuzz",
	"fuzztime":         "orchtest runs the seeds of a fuzz test only: use go test -fuzz",
	"list":             "orchtest runs the tests: use go test -list",
	"o":                "orchtest keeps its test binaries only as long as it runs: use go test -c -o",
	"C":                "change the folder before orchtest is started: cd DIR && orchtest …",
}

func flagTable(names map[treatment]string) map[string]goFlag {
	table := map[string]goFlag{}
	for t, list := range names {
		for name := range strings.FieldsSeq(list) {
			name, boolean := strings.CutSuffix(name, "!")
			table[name] = goFlag{t, boolean}
		}
	}
	return table
}

// IsGoFlag reports whether go test has a flag of this name.
func IsGoFlag(name string) bool {
	_, known := goFlags[name]
	return known
}

// splitGoArgs sorts the arguments after -- by who gets them.
func splitGoArgs(args []string) (goArgs, error) {
	var g goArgs
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "-args" || arg == "--args" {
			g.own = append(g.own, args...)
			break
		}
		name, value, hasValue := cutFlag(arg)
		flag, known := goFlags[name]
		switch {
		case name == "" && len(g.own) == 0:
			g.packages = append(g.packages, arg)
			continue
		case name == "" || !known:
			g.own = append(g.own, arg)
			continue
		case !hasValue && !flag.boolean:
			if len(args) == 0 {
				return goArgs{}, usagef("%s: the flag needs a value", arg)
			}
			value, args = args[0], args[1:]
		case !hasValue:
			value = "true"
		}
		if err := g.add(name, value, flag); err != nil {
			return goArgs{}, err
		}
	}
	return g, nil
}

// addGOFLAGS adds what the flags in the environment variable GOFLAGS mean to scenarios. The go command
// reads them itself; the test binary does not.
func (g *goArgs) addGOFLAGS(env []string) error {
	text, _ := lookup(env, "GOFLAGS")
	fromEnv, err := splitGoArgs(strings.Fields(text))
	if err != nil {
		return usagef("GOFLAGS=%s: %w", text, err)
	}
	g.binary = append(fromEnv.binary, g.binary...)
	g.counted = g.counted || fromEnv.counted
	g.cover = g.cover || fromEnv.cover
	g.coverPackage = g.coverPackage || fromEnv.coverPackage
	g.coverProfile = cmp.Or(g.coverProfile, fromEnv.coverProfile)
	g.toolexec = cmp.Or(g.toolexec, fromEnv.toolexec)
	return nil
}

// cutFlag takes a flag apart: -name, --name, -name=value, and -test.name for a flag of go test. The
// name is empty where arg is not a flag.
func cutFlag(arg string) (name, value string, hasValue bool) {
	rest, ok := strings.CutPrefix(arg, "-")
	if !ok {
		return "", "", false
	}
	rest = strings.TrimPrefix(strings.TrimPrefix(rest, "-"), "test.")
	name, value, hasValue = strings.Cut(rest, "=")
	return name, value, hasValue
}

func (g *goArgs) add(name, value string, flag goFlag) error {
	switch name {
	case "count":
		g.counted = true
	case "cover":
		g.cover, _ = strconv.ParseBool(value) // that it is something else is for go test to say
	case "covermode", "coverprofile", "coverpkg":
		g.cover = true
		g.coverPackage = g.coverPackage || name == "coverpkg"
	}
	text := fmt.Sprintf("-%s=%s", name, value)
	if flag.boolean && value == "true" {
		text = "-" + name
	}
	switch flag.treatment {
	case toBuild:
		g.build = append(g.build, text)
	case toTest:
		g.test = append(g.test, text)
	case toScenario:
		g.test = append(g.test, text)
		g.binary = append(g.binary, "-test."+text[1:])
	case special:
		return g.addSpecial(name, value, text)
	case refused:
		return usagef("-%s: %s", name, refusals[name])
	}
	return nil
}

func (g *goArgs) addSpecial(name, value, text string) error {
	switch name {
	case "run":
		g.run, g.hasRun = value, true
	case "overlay":
		g.overlay = value
	case "toolexec":
		g.toolexec = value
	case "coverprofile":
		g.coverProfile = value
	case "cpu":
		// Each value is a run of its own to go test. A scenario is to run once.
		g.test = append(g.test, text)
		if !strings.Contains(value, ",") {
			g.binary = append(g.binary, "-test.cpu="+value)
		}
	case "json", "v":
		// It is what orchtest asks go test for anyway.
	}
	return nil
}

// again returns the arguments that stand for g on a command line, less -run, packages, what only
// repeats tests, and the file of a coverage profile, which is that of the whole run.
func (g goArgs) again() []string {
	args := slices.Clone(g.build)
	for _, text := range g.test {
		if !strings.HasPrefix(text, "-count=") {
			args = append(args, text)
		}
	}
	if g.overlay != "" {
		args = append(args, "-overlay="+g.overlay)
	}
	if g.toolexec != "" {
		args = append(args, "-toolexec="+g.toolexec)
	}
	if len(g.own) > 0 {
		args = append(append(args, "-args"), g.own...)
	}
	return args
}

// patterns returns the packages to be tested.
func (g goArgs) patterns(packages []string) []string {
	all := slices.Concat(packages, g.packages)
	if len(all) == 0 {
		return []string{"."}
	}
	return all
}
