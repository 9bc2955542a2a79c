package runner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/orchtest/orchtest/explore"
	"github.com/orchtest/orchtest/lib/protocol"
	"github.com/orchtest/orchtest/parse"
)

// orchestratePath is the package that a test imports, itself or by another one, that may be orchestrated.
const orchestratePath = "github.com/orchtest/orchtest/lib/orchestrate"

// packageShares are the packages of a run that is one of several shards.
type packageShares struct {
	all  []string
	mine map[string]bool // those whose ordinary tests are this shard's
	// run are those that this shard runs: its own, and all in which tests may be orchestrated, since only the
	// serial run of such a test tells which scenarios there are to share.
	run    []string
	source string // a digest of what the tests are built from
}

// A listedPackage is what of a package's description by `go list` is of use here.
type listedPackage struct {
	Dir, ImportPath, ForTest                                    string
	Standard, DepOnly                                           bool
	Module                                                      *listedModule
	GoFiles, CgoFiles, EmbedFiles                               []string
	CFiles, CXXFiles, MFiles, HFiles, FFiles, SFiles, SysoFiles []string
	Deps                                                        []string
}

type listedModule struct {
	Path, Version string
	Main          bool
	Replace       *listedModule
}

// sharePackages finds out which packages there are, and which of them are this shard's: of all, in the order of
// their names, every n-th. Where go list fails there are none, and go test, which is asked for the patterns then,
// says why.
func (r *run) sharePackages() (*packageShares, error) {
	args := slices.Concat([]string{"list", "-e", "-deps", "-test",
		"-json=Dir,ImportPath,ForTest,Standard,DepOnly,Module,GoFiles,CgoFiles,EmbedFiles,CFiles,CXXFiles,MFiles,HFiles,FFiles,SFiles,SysoFiles,Deps"}, r.buildFlags(), []string{"--"},
		r.goArgs.patterns(r.Packages))
	out, failure, err := r.goOutput(r.ctx, args...)
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	if failure != "" {
		out = nil
	}
	s := &packageShares{mine: map[string]bool{}}
	orchestrated := map[string]bool{}
	digest := sha256.New()
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if err := p.addTo(digest); err != nil {
			return nil, err
		}
		switch {
		case p.DepOnly:
		case strings.HasSuffix(p.ImportPath, ".test"):
			if slices.Contains(p.Deps, orchestratePath) {
				orchestrated[strings.TrimSuffix(p.ImportPath, ".test")] = true
			}
		case p.ForTest == "":
			s.all = append(s.all, p.ImportPath)
		}
	}
	slices.Sort(s.all)
	s.source = hex.EncodeToString(digest.Sum(nil))
	for i, pkg := range s.all {
		s.mine[pkg] = i%r.Shard.Of == r.Shard.Index-1
		if s.mine[pkg] || orchestrated[pkg] {
			s.run = append(s.run, pkg)
		}
	}
	return s, nil
}

// addTo adds to a digest what a package is built from: the contents of its files where it is the project's own,
// and its version where it is not. Those of the standard library are of the toolchain's.
func (p *listedPackage) addTo(digest hash.Hash) error {
	if p.Standard {
		return nil
	}
	fmt.Fprintf(digest, "package %s\n", p.ImportPath)
	m := p.Module
	if m != nil && m.Replace != nil {
		m = m.Replace
	}
	if m != nil && m.Version != "" {
		fmt.Fprintf(digest, "module %s %s\n", m.Path, m.Version)
		return nil
	}
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.EmbedFiles,
		p.CFiles, p.CXXFiles, p.MFiles, p.HFiles, p.FFiles, p.SFiles, p.SysoFiles) {
		if filepath.IsAbs(name) {
			continue // the main file of a test, which the go command writes
		}
		file, err := os.Open(filepath.Join(p.Dir, name))
		if err != nil {
			fmt.Fprintf(digest, "no file %s\n", name) // that it is missing is for the compiler to say
			continue
		}
		fmt.Fprintf(digest, "file %s\n", filepath.ToSlash(name))
		_, err = io.Copy(digest, file)
		file.Close()
		if err != nil {
			return fmt.Errorf("the source of shard: %w", err)
		}
	}
	return nil
}

// patterns are the packages that go test is to run.
func (r *run) patterns() []string {
	if r.shares == nil || len(r.shares.all) == 0 || slices.Equal(r.shares.all, []string{commandLine}) {
		return r.goArgs.patterns(r.Packages)
	}
	return r.shares.run
}

// nothing reports whether no package is left for this shard.
func (s *packageShares) nothing() bool { return s != nil && len(s.all) > 0 && len(s.run) == 0 }

// left reports whether the ordinary tests of a package are another shard's.
func (s *packageShares) left(pkg string) bool { return len(s.all) > 0 && !s.mine[pkg] }

// record is what the stream of a shard says of it.
func (r *run) shardRecord(change func(*protocol.ShardRecord)) string {
	record := protocol.ShardRecord{Version: protocol.Version, Shard: r.Shard}
	change(&record)
	return encode(record)
}

// emitShard writes a record of the shard to the stream that is of no package. It is called under mu.
func (r *run) emitShard(change func(*protocol.ShardRecord)) {
	now := r.Now()
	r.stream.emit(parse.Event{Time: &now, Action: parse.ActionAttr, Key: protocol.AttrShard, Value: r.shardRecord(change)})
}

// inputs are what all shards of a run have to have in common.
func (r *run) inputs() (map[string]string, error) {
	version, err := r.goCommand(r.ctx, "env", "GOVERSION")
	if err != nil {
		return nil, err
	}
	names := sha256.Sum256([]byte(strings.Join(r.shares.all, "\n")))
	return map[string]string{
		"the packages":    fmt.Sprintf("%d packages, digest %x", len(r.shares.all), names[:8]),
		"the source":      "digest " + r.shares.source[:16],
		"the toolchain":   strings.TrimSpace(version) + " " + runtime.GOOS + "/" + runtime.GOARCH,
		"go test flags":   strings.Join(slices.Concat(r.goArgs.build, r.goArgs.test, r.goArgs.own), " "),
		"--run":           r.Run,
		"--explore":       r.Explore,
		"--seed":          strconv.FormatUint(r.Seed, 10),
		"--isolation":     r.Isolation,
		"--depth":         strconv.Itoa(r.Depth),
		"--max-scenarios": strconv.Itoa(r.MaxScenarios),
		"--keep-going":    strconv.FormatBool(r.KeepGoing),
	}, nil
}

// withShard runs the tests as one of several shards.
func (r *run) withShard() (err error) {
	if r.shares, err = r.sharePackages(); err != nil {
		return err
	}
	inputs, err := r.inputs()
	if err != nil {
		return err
	}
	r.keeper.left = r.shares.left
	r.keeper.record = func(left bool) string {
		return r.shardRecord(func(s *protocol.ShardRecord) { s.Left = left })
	}
	r.mu.Lock()
	r.emitShard(func(s *protocol.ShardRecord) { s.Inputs, s.Dir = inputs, r.Dir })
	r.mu.Unlock()
	if !r.shares.nothing() {
		err = r.rerun(r.goTest())
	}
	r.endShard(err)
	return err
}

// endShard says in the stream that it is whole, unless the run was interrupted, or orchtest could not do its work.
func (r *run) endShard(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ctx.Err() == nil && (err == nil || errors.Is(err, ErrFailed)) {
		r.emitShard(func(s *protocol.ShardRecord) { s.Ended = true })
	}
}

// shardSummary says which shard this is, and what it leaves to others.
func (r *run) shardSummary() string {
	own := 0
	for _, mine := range r.shares.mine {
		if mine {
			own++
		}
	}
	text := fmt.Sprintf("ordinary tests of %d of %s", own, parse.Counted(len(r.shares.all), "package"))
	var part, all big.Int
	for _, e := range r.explored {
		if e.Part == "" {
			continue // of a tree, and of sequences that are pinned
		}
		for _, add := range []struct {
			sum  *big.Int
			text string
		}{{&part, e.Part}, {&all, e.Sequences}} {
			if n, ok := new(big.Int).SetString(add.text, 10); ok {
				add.sum.Add(add.sum, n)
			}
		}
	}
	if all.Sign() > 0 {
		text += fmt.Sprintf(", %s of %s sequences", parse.Grouped(part.String()), parse.Grouped(all.String()))
	}
	rest := "nothing is left to others"
	switch r.Shard.Of {
	case 1:
	case 2:
		rest = "the rest is left to the other shard"
	default:
		rest = fmt.Sprintf("the rest is left to the other %d shards", r.Shard.Of-1)
	}
	return fmt.Sprintf("SHARD %v: %s; %s\n", r.Shard, text, rest)
}

// ownsSerial reports whether the serial scenario of a call is this shard's.
func (c *exploredCall) ownsSerial() bool {
	if c.search == nil && c.pinned != nil {
		return c.pinnedSerial
	}
	return c.space.Owns(c.serial.Sequence)
}

// pin takes the sequences that the test names, as many as are to be run and as are this shard's. The serial one
// is the first of all.
func (c *exploredCall) pin(sequences [][]int, shard protocol.Shard) {
	c.pinned, c.pinnedSerial = sequences[:min(len(sequences), c.limit-1)], true
	if shard.Of == 0 {
		return
	}
	from, to := explore.Part(big.NewInt(int64(1+len(c.pinned))), shard)
	c.pinnedSerial = from.Sign() == 0 && to.Sign() > 0
	c.pinned = c.pinned[max(from.Int64(), 1)-1 : max(to.Int64(), 1)-1]
}

// pins returns how many scenarios of sequences that the test names are this run's.
func (c *exploredCall) pins() int {
	if c.pinnedSerial {
		return 1 + len(c.pinned)
	}
	return len(c.pinned)
}

// foreign deals with the serial scenario of a call that is another shard's: it was run to make the plan. That
// shard reports it, but if it failed here this one does not pass.
func (x *exploration) foreign(s scenarioResult) {
	if s.verdict != failed {
		return
	}
	x.failed.Store(true)
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	x.r.say(x.test, fmt.Sprintf("the serial run failed: it is scenario %s, which is another shard's than %v to report", s.label(), x.r.Shard))
}

// edge deals with a scenario that was run to find out where the part of the shard begins or ends. It is reported
// by another shard, or once more by this one, but if it failed here this shard does not pass.
func (x *exploration) edge(s scenarioResult) {
	if s.verdict != failed && s.verdict != errored {
		return
	}
	x.edgeFailed.Store(true)
	x.r.mu.Lock()
	defer x.r.mu.Unlock()
	x.r.say(x.test, fmt.Sprintf("scenario %s failed when it was run to find out where the sequences of shard %v begin and end; "+
		"the shard whose it is reports it", s.label(), x.r.Shard))
	now := x.r.Now()
	text, _ := x.r.explanation(s)
	for line := range pieces(s.output + text) {
		x.r.stream.emit(parse.Event{Time: &now, Action: parse.ActionOutput, Package: x.test.pkg.name, Test: x.test.name, Output: line})
	}
}
