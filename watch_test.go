//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"
	"golang.org/x/tools/txtar"
)

// watched is a module of three packages, of which one needs another one.
const watched = `
-- go.mod --
module example.com/m
-- bank/bank.go --
package bank

import "sync/atomic"

type Account struct{ balance atomic.Int64 }

func (a *Account) Withdraw(n int64) {
	if a.balance.Load() < n { // pragma: SYNCPOINT
		return
	}
	a.balance.Add(-n)
}
-- bank/bank_test.go --
package bank

import (
	"testing"

	"github.com/orchtest/orchtest/lib/orchestrate"
)

func TestOrders(t *testing.T) {
	orchestrate.Test(t, func(t *orchestrate.T) {
		a := new(Account)
		a.balance.Store(100)
		t.Go("first", func() { a.Withdraw(70) })
		t.Go("second", func() { a.Withdraw(LIMIT) })
		t.Wait()
		if a.balance.Load() < 0 {
			t.Errorf("overdrawn: %d", a.balance.Load())
		}
	})
}
-- bank/limit_test.go --
package bank

const LIMIT = 30
-- shop/shop.go --
package shop

import "example.com/m/bank"

var Till bank.Account
-- shop/shop_test.go --
package shop

import (
	"os"
	"testing"
)

func TestShop(t *testing.T) {
	text, err := os.ReadFile("testdata/price")
	if err != nil || string(text) != "1\n" {
		t.Fatalf("price: %q %v", text, err)
	}
	os.WriteFile("testdata/written", []byte(t.TempDir()), 0o666)
}
-- shop/testdata/price --
1
-- other/other_test.go --
package other

import "testing"

func TestOther(t *testing.T) {}
`

// A session is orchtest --watch in a module.
type session struct {
	t      *testing.T
	dir    string
	cmd    *exec.Cmd
	tty    *os.File // the other side of the terminal; nil if there is none
	before *term.State
	ended  chan struct{}

	mu     sync.Mutex
	screen []byte
	read   int // of screen
	closed bool
	news   *sync.Cond
}

// watching starts orchtest on a terminal, or, where there is none, with nothing to read.
func watching(t *testing.T, terminal bool, args ...string) *session {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &session{t: t, dir: dir, ended: make(chan struct{})}
	s.news = sync.NewCond(&s.mu)
	for _, f := range txtar.Parse([]byte(watched)).Files {
		s.write(f.Name, string(f.Data))
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	if err := writeModules(dir, root); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.Command("orchtest", append([]string{"--watch", "-p", "1", "./..."}, args...)...)
	s.cmd.Dir = dir
	s.cmd.Env = append(os.Environ(), "PWD="+dir, "ORCHTEST_CACHE=off", "GOPROXY=off", "NO_COLOR=1", "TERM=xterm", "WATCHED="+dir)
	out := s.start(terminal)
	go s.show(out)
	go func() {
		s.cmd.Wait()
		close(s.ended)
	}()
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		<-s.ended
		out.Close()
	})
	return s
}

// show keeps what comes to the screen.
func (s *session) show(out *os.File) {
	buffer := make([]byte, 4096)
	for {
		n, err := out.Read(buffer)
		s.mu.Lock()
		s.screen = append(s.screen, buffer[:n]...)
		s.closed = err != nil
		s.news.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *session) start(terminal bool) (out *os.File) {
	var screen *os.File // as orchtest sees it
	var err error
	if terminal {
		out, screen, err = pty.Open()
		if err == nil {
			err = pty.Setsize(out, &pty.Winsize{Rows: 50, Cols: 100})
		}
		s.tty = out
		s.cmd.Stdin = screen
		s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	} else {
		out, screen, err = os.Pipe()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if terminal {
		s.before = s.state()
	}
	s.cmd.Stdout, s.cmd.Stderr = screen, screen
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	if terminal {
		s.t.Cleanup(func() { screen.Close() }) // as long as it is open, its settings can be read
	} else {
		screen.Close()
	}
	return out
}

// see waits until what is shown matches, behind what was seen before, and returns what it is.
func (s *session) see(expression string) string {
	s.t.Helper()
	match := regexp.MustCompile(expression)
	late := time.AfterFunc(2*time.Minute, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.closed = true
		s.news.Broadcast()
	})
	defer late.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		text := s.screen[s.read:]
		if found := match.FindIndex(text); found != nil {
			s.read += found[1]
			return string(text[:found[1]])
		}
		if s.closed {
			s.t.Fatalf("%s is not shown:\n%s", expression, s.screen)
		}
		s.news.Wait()
	}
}

// write writes a file as many editors do: beside it, to be moved into its place.
func (s *session) write(name, text string) {
	s.t.Helper()
	path := filepath.Join(s.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		s.t.Fatal(err)
	}
	beside := filepath.Join(filepath.Dir(path), "."+filepath.Base(path))
	if err := os.WriteFile(beside, []byte(text), 0o666); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Rename(beside, path); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) press(keys string) {
	s.t.Helper()
	if _, err := s.tty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

// state is how the terminal is set.
func (s *session) state() *term.State {
	s.t.Helper()
	state, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	return state
}

// ends waits until orchtest has ended, and checks its exit status and that nothing is left of it.
func (s *session) ends(status int) {
	s.t.Helper()
	<-s.ended
	if got := s.cmd.ProcessState.ExitCode(); got != status {
		s.t.Errorf("exit status %d, want %d\n%s", got, status, s.screen)
	}
	if s.tty != nil && !reflect.DeepEqual(s.state(), s.before) {
		s.t.Errorf("the terminal is not as it was")
	}
	if left := processes("WATCHED=" + s.dir); len(left) > 0 {
		s.t.Errorf("still alive: %q", left)
	}
}

func TestWatch(t *testing.T) {
	t.Parallel()
	s := watching(t, true)
	s.see(`(?s)DONE 9 tests.*6 passed`)
	s.see(`waiting for changes; r runs all, f what failed, q quits`)
	if reflect.DeepEqual(s.state(), s.before) {
		t.Error("the terminal is as it was while keys are read")
	}
	s.press("f")
	s.see(`orchtest: nothing has failed\r\n`)

	// A test file is its package's alone; other Go files are that of all that import them, too.
	s.write("bank/limit_test.go", "package bank\n\nconst LIMIT = 70\n")
	s.see(`orchtest: bank/limit_test.go changed: running example.com/m/bank\r\n`)
	shown := s.see(`waiting for changes \(not passed: example.com/m/bank\)`)
	if !strings.Contains(shown, "overdrawn: -40") || strings.Contains(shown, " shop ") || strings.Contains(shown, " other ") {
		t.Errorf("of bank alone, with its failure: %s", shown)
	}
	s.press("f")
	shown = s.see(`waiting for changes \(not passed: example.com/m/bank\)`)
	if !strings.Contains(shown, "overdrawn: -40") || strings.Contains(shown, " shop ") || strings.Contains(shown, " other ") {
		t.Errorf("f shows something else than the failure: %s", shown)
	}
	text := strings.Replace(watchedFile("bank/bank.go"), "a.balance.Load() < n {", "a.balance.Load() < 2*n {", 1)
	s.write("bank/bank.go", text)
	s.see(`bank/bank.go changed: running example.com/m/bank, example.com/m/shop\r\n`)
	shown = s.see(`waiting for changes; r`)
	if strings.Contains(shown, " other ") {
		t.Errorf("other depends on none of it: %s", shown)
	}

	// What cannot be run is told, and is run once it can be.
	s.write("bank/bank.go", strings.Replace(text, "type Account", "// pragma: SYNCPOINT\ntype Account", 1))
	s.see(`orchtest: bank/bank.go:\d+:`)
	s.see(`not passed: example.com/m/bank, example.com/m/shop\)`)
	s.write("bank/bank.go", text+"}")
	s.see(`build failed`)
	s.see(`not passed: example.com/m/bank, example.com/m/shop\)`)
	s.write("bank/bank.go", text)
	s.see(`waiting for changes; r`)

	// Testdata, which a test may write, and folders that are new.
	s.write("shop/testdata/price", "2\n")
	s.see(`shop/testdata/price changed: running example.com/m/shop\r\n`)
	s.see(`price: "2\\n"`)
	s.see(`not passed: example.com/m/shop`)
	s.write("shop/testdata/price", "1\n")
	s.see(`waiting for changes; r`)
	s.write("shop/deep/new/new_test.go", "package new\n\nimport \"testing\"\n\nfunc TestNew(t *testing.T) {}\n")
	s.see(`new_test.go changed: running example.com/m/shop/deep/new\r\n`)
	s.see(`✓  shop/deep/new `)
	s.see(`waiting for changes; r`)

	s.press("r")
	shown = s.see(`waiting for changes; r`)
	if !strings.Contains(shown, "DONE 10 tests") || strings.Contains(shown, "(cached)") {
		t.Errorf("r does not run everything: %s", shown)
	}
	s.press("q")
	s.ends(0)
	if got := bytes.Count(s.screen, []byte(" changed: running ")); got != 8 {
		t.Errorf("%d runs because of a change, want 8: one for each", got)
	}
}

// A change during a run ends it, and begins another one with all that is to be run.
func TestWatchDuringARun(t *testing.T) {
	t.Parallel()
	s := watching(t, true)
	s.see(`waiting for changes; r`)
	s.write("bank/hang_test.go", "package bank\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\nfunc init() {\n\tos.WriteFile(os.Getenv(\"WATCHED\")+\"/started\", nil, 0o666)\n\ttime.Sleep(time.Hour)\n}\n")
	s.see(`bank/hang_test.go changed: running example.com/m/bank\r\n`)
	s.exists("started")
	s.write("other/more_test.go", "package other\n")
	s.see(`other/more_test.go changed: running example.com/m/bank, example.com/m/other\r\n`)
	os.Remove(filepath.Join(s.dir, "bank", "hang_test.go"))
	s.see(`bank/hang_test.go changed: running example.com/m/bank, example.com/m/other\r\n`)
	s.see(`waiting for changes; r`)
	s.press("\x03") // Ctrl-C
	s.ends(130)
}

// A command at the end that fails does not end it.
func TestWatchGoesOnAfterPostRun(t *testing.T) {
	t.Parallel()
	s := watching(t, true, "--post-run-command", "./missing")
	s.see(`orchtest: --post-run-command ./missing: `)
	s.see(`waiting for changes; r`)
	s.write("bank/limit_test.go", "package bank\n\nconst LIMIT = 70\n")
	s.see(`orchtest: --post-run-command ./missing: `)
	s.see(`not passed: example.com/m/bank`)
	s.press("q")
	s.ends(1)
}

// However it ends, the terminal is as it was.
func TestWatchIsKilled(t *testing.T) {
	t.Parallel()
	for signal, status := range map[syscall.Signal]int{syscall.SIGTERM: 143, syscall.SIGKILL: -1} {
		t.Run(signal.String(), func(t *testing.T) {
			s := watching(t, true, "--format", "testname")
			s.see(`waiting for changes; r`)
			s.cmd.Process.Signal(signal)
			<-s.ended
			eventuallyT(t, func() bool { return reflect.DeepEqual(s.state(), s.before) })
			eventuallyT(t, func() bool { return len(processes("WATCHED="+s.dir)) == 0 })
			s.ends(status)
		})
	}
}

// Without a terminal files are watched all the same, and reports are those of the last run.
func TestWatchWithoutATerminal(t *testing.T) {
	t.Parallel()
	s := watching(t, false, "--junitfile", "report.xml")
	s.see(`waiting for changes\n`)
	if text, err := os.ReadFile(filepath.Join(s.dir, "report.xml")); err != nil || !bytes.Contains(text, []byte("TestOther")) {
		t.Errorf("%s %v", text, err)
	}
	s.write("bank/limit_test.go", "package bank\n\nconst LIMIT = 70\n")
	s.see(`waiting for changes \(not passed: example.com/m/bank\)\n`)
	if text, err := os.ReadFile(filepath.Join(s.dir, "report.xml")); err != nil || !bytes.Contains(text, []byte("overdrawn")) {
		t.Errorf("%s %v", text, err)
	}
	s.cmd.Process.Signal(os.Interrupt)
	s.ends(130)
}

// exists waits until a file is there.
func (s *session) exists(name string) {
	s.t.Helper()
	eventuallyT(s.t, func() bool {
		_, err := os.Stat(filepath.Join(s.dir, name))
		return err == nil
	})
}

// eventuallyT returns once something has happened that nobody tells of.
func eventuallyT(t *testing.T, happened func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !happened(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}

func watchedFile(name string) string {
	for _, f := range txtar.Parse([]byte(watched)).Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	panic(name)
}
