package sounds

import (
	_ "embed"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

//go:embed manifest.txt
var manifestText string

// Split is what a sound may be used for.
type Split string

// Train teaches, Tune chooses between settings, Test is only measured.
const (
	Train Split = "train"
	Tune  Split = "tune"
	Test  Split = "test"
)

// Entry is a line of the manifest.
type Entry struct {
	Split Split
	// Kind is "voice" or "track".
	Kind string
	// Name may hold $1; "-" takes the file's.
	Name string
	// Language is a BCP 47 tag, Sex "f" or "m"; both are "" where unknown. Language may hold $1.
	Language, Sex string
	// Package is Debian's.
	Package string
	files   *regexp.Regexp
}

// Manifest reads the manifest that comes with the package.
func Manifest() ([]Entry, error) { return parse("manifest.txt", manifestText) }

func parse(name, text string) ([]Entry, error) {
	var entries []Entry
	for i, line := range strings.Split(text, "\n") {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		bad := func(format string, args ...any) error {
			return fmt.Errorf("cannot read %s:%d: %s", name, i+1, fmt.Sprintf(format, args...))
		}
		if len(fields) != 7 {
			return nil, bad("%d fields, expected split, kind, name, language, sex, package, files", len(fields))
		}
		if !slices.Contains([]string{"train", "tune", "test", "none"}, fields[0]) {
			return nil, bad("split %q, expected train, tune, test or none", fields[0])
		}
		if fields[1] != "voice" && fields[1] != "track" {
			return nil, bad("kind %q, expected voice or track", fields[1])
		}
		files, err := regexp.Compile(fields[6])
		if err != nil {
			return nil, bad("%v", err)
		}
		known := func(s string) string { return strings.TrimPrefix(s, "-") }
		entries = append(entries, Entry{
			Split: Split(fields[0]), Kind: fields[1], Name: fields[2],
			Language: known(fields[3]), Sex: known(fields[4]), Package: fields[5], files: files,
		})
	}
	return entries, nil
}

// Match finds the entry of a package's file, with its name and language filled in; nil for a file that is of no use.
func Match(entries []Entry, pkg, path string) *Entry {
	for _, e := range entries {
		if e.Package != pkg && e.Package != "*" {
			continue
		}
		at := e.files.FindStringSubmatchIndex(path)
		switch {
		case at == nil:
			continue
		case e.Split == "none":
			return nil
		case e.Name == "-":
			e.Name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		default:
			e.Name = string(e.files.ExpandString(nil, e.Name, path, at))
		}
		e.Name = strings.ReplaceAll(e.Name, " ", "_")
		e.Language = strings.ReplaceAll(string(e.files.ExpandString(nil, e.Language, path, at)), "_", "-")
		return &e
	}
	return nil
}

// Packages are those that a split comes in, sorted.
func Packages(entries []Entry, s Split) []string {
	var packages []string
	for _, e := range entries {
		if e.Split == s {
			packages = append(packages, e.Package)
		}
	}
	slices.Sort(packages)
	return slices.Compact(packages)
}
