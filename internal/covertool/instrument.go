package covertool

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/orchtest/orchtest/internal/overlay"
)

// A stand-in is a file that the cover tool reads in place of another one.
type standIn struct {
	original string
	path     string
	taken    [][]byte // what is to be put back
	output   string   // what the tool makes of it
}

// instrument runs the cover tool, which is the i-th of the command, on the files of the overlay.
func instrument(overlayFile string, command []string, i int) error {
	command, err := expand(command, i)
	if err != nil {
		return err
	}
	replaced, err := overlay.ReadReplaced(overlayFile)
	if err != nil {
		return err
	}
	outputs, err := outputFiles(command)
	if err != nil {
		return err
	}
	if len(outputs) > len(command)-i-1 {
		return fmt.Errorf("unknown form of command: %q", command)
	}
	temp, err := os.MkdirTemp(filepath.Dir(overlayFile), "cover-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)

	var standIns []standIn
	inputs := command[len(command)-len(outputs):]
	for i, input := range inputs {
		s, err := newStandIn(temp, input, replaced)
		if err != nil {
			return err
		}
		if s != nil {
			s.output = outputs[i]
			standIns = append(standIns, *s)
			inputs[i] = s.path
		}
	}
	if len(standIns) == 0 {
		return become(command)
	}
	command, err = shorten(command, i, temp)
	if err != nil {
		return err
	}
	_, err = run(command, func(text string) string {
		// What it finds fault with is the user's file.
		return strings.ReplaceAll(text, filepath.Join(temp, mirrorFolder), "")
	})
	if err != nil {
		return err
	}
	for _, s := range standIns {
		if err := s.finish(); err != nil {
			return fmt.Errorf("%s: %w", s.original, err)
		}
	}
	return nil
}

// newStandIn returns nil for a file that the overlay leaves as it is.
func newStandIn(temp, input string, replaced map[string]string) (*standIn, error) {
	source := replaced[filepath.Clean(input)]
	if source == "" {
		return nil, nil
	}
	text, err := os.ReadFile(source)
	if err != nil {
		return nil, err
	}
	hollow, taken := overlay.Hollow(text)
	s := &standIn{original: input, path: mirror(temp, input), taken: taken}
	if err := os.MkdirAll(filepath.Dir(s.path), 0o777); err != nil {
		return nil, err
	}
	return s, os.WriteFile(s.path, hollow, 0o666)
}

// finish puts into the tool's output what was taken out of its input, and the name of the user's file.
func (s standIn) finish() error {
	text, err := os.ReadFile(s.output)
	if err != nil {
		return err
	}
	if text, err = overlay.Fill(text, s.taken); err != nil {
		return err
	}
	if rest, ok := bytes.CutPrefix(text, []byte("//line "+s.path+":1:1\n")); ok {
		text = slices.Concat([]byte("//line "+s.original+":1:1\n"), rest)
	}
	return os.WriteFile(s.output, text, 0o666)
}

// outputFiles reads which files the tool is to write: one for all variables, and one for each input.
func outputFiles(command []string) ([]string, error) {
	i := slices.Index(command, "-outfilelist")
	if i < 0 || i+1 == len(command) {
		return nil, fmt.Errorf("unknown form of command: %q", command)
	}
	text, err := os.ReadFile(command[i+1])
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")[1:], nil
}

// mirrorFolder holds stand-ins under the paths of their originals. The paths of files of a package that
// was named file by file, and only these, get into the profile.
const mirrorFolder = "orchtest-original"

// mirror is the path of a file's stand-in.
func mirror(temp, path string) string {
	volume := filepath.VolumeName(path)
	return filepath.Join(temp, mirrorFolder, strings.ReplaceAll(volume, ":", "$"), path[len(volume):])
}

// Original is the name of a file as the user knows it, for one that a profile names.
func Original(name string) string {
	i := strings.LastIndex(name, string(filepath.Separator)+mirrorFolder+string(filepath.Separator))
	if i < 0 {
		return name
	}
	name = name[i+1+len(mirrorFolder):]
	if letter, rest, ok := strings.Cut(name[1:], "$"); ok && filepath.VolumeName(letter+":") != "" {
		return letter + ":" + rest
	}
	return name
}
