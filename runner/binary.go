package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/internal/gobuild"
)

// A packageInfo is what go list says of a package under test.
type packageInfo struct {
	dir, root string
	forTest   bool // it is made of another one, for that one's tests
	// binary stands for the contents of its test binary: it is a hash of all that is linked. The linker,
	// which takes longer than everything else together, need not run to find it out.
	binary string
}

// listFormat has a line for each package. Just those that were named, and what is made of them for the tests,
// tell what they are built from.
const listFormat = `{{.ImportPath}}{{"\t"}}{{.DepOnly}}{{"\t"}}{{.Dir}}{{"\t"}}{{.Root}}{{"\t"}}{{.BuildID}}{{"\t"}}` +
	`{{if not .DepOnly}}{{join .Deps ","}}{{end}}{{"\t"}}{{.DefaultGODEBUG}}`

// listPackages lists packages by their import paths, and finds out about their test binaries if that is
// asked for. A package without tests has none.
func (r *run) listPackages(ctx context.Context, binaries bool, patterns ...string) (map[string]packageInfo, error) {
	args := []string{"list", "-f", listFormat}
	if binaries {
		args = append(args, "-test", "-deps", "-export")
	} else {
		args = append(args, "-find")
	}
	out, err := r.goCommand(ctx, slices.Concat(args, r.buildFlags(), patterns)...)
	if err != nil {
		return nil, err
	}
	ids, deps := map[string]string{}, map[string][]string{}
	godebug := map[string]string{} // what go.mod, or a comment, sets: the linker writes it into the binary
	found := map[string]packageInfo{}
	for line := range strings.Lines(out) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 7 {
			return nil, fmt.Errorf("go list: what it prints is not understood: %q", line)
		}
		path := fields[0]
		_, ids[path], _ = strings.Cut(fields[4], "/") // the second half stands for the contents
		if fields[1] == "false" {
			deps[path], godebug[path] = strings.Split(fields[5], ","), fields[6]
			found[path] = packageInfo{dir: fields[2], root: fields[3]}
		}
	}
	for path, p := range found {
		tested, isMain := strings.CutSuffix(path, ".test")
		if _, is := found[tested]; (is && isMain) || strings.HasSuffix(path, "]") {
			p.forTest = true
			found[path] = p
			continue
		}
		main := path + ".test"
		if all := deps[main]; binaries && all != nil {
			p.binary = r.binaryID(append([]string{main}, all...), ids, godebug[main])
			found[path] = p
		}
	}
	return found, nil
}

// binaryID returns what stands for a binary that is linked of packages, whose contents have IDs.
func (r *run) binaryID(packages []string, ids map[string]string, godebug string) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q\n", r.linkEnv(), r.goArgs.build, godebug)
	slices.Sort(packages)
	for _, path := range packages {
		fmt.Fprintf(h, "%s %s\n", path, ids[path])
	}
	return sum(h)
}

// linkFlags have the linker leave out symbols and debug information, as go test has it where it runs the tests itself. It
// saves a sixth of the processor time of a small package's first run. Who gives flags of the linker has theirs alone.
func (r *run) linkFlags() []string {
	if gobuild.NewEnviron(r.Env).Flag("ldflags", r.goArgs.build) != "" {
		return nil
	}
	return []string{"-ldflags=-s -w"}
}

// linkVariables are those of go env that decide what the linker makes of the packages.
var linkVariables = []string{"GOVERSION", "GOOS", "GOARCH", "GOEXPERIMENT", "GOFLAGS",
	"CC", "CXX", "CGO_ENABLED", "CGO_LDFLAGS", "GO_EXTLINK_ENABLED"}

// linkEnv returns the values of linkVariables.
func (r *run) linkEnv() []string {
	env := r.goEnv()
	values := make([]string, len(linkVariables))
	for i, name := range linkVariables {
		values[i] = env[name]
	}
	return values
}

// readGoEnv asks the go command for what it goes by. Where it does not answer there is nothing: what needs it
// will say so.
func (r *run) readGoEnv() map[string]string {
	env := map[string]string{}
	out, err := r.goCommand(r.ctx, append([]string{"env", "-json", "GOROOT"}, linkVariables...)...)
	if err != nil || json.Unmarshal([]byte(out), &env) != nil {
		return nil
	}
	return env
}

// sum returns a hash as text, short enough for the name of a file.
func sum(h interface {
	io.Writer
	Sum([]byte) []byte
}) string {
	return hex.EncodeToString(h.Sum(nil)[:16])
}
