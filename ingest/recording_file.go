package ingest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// openRegular opens a file for reading; anything but a regular one, a pipe say, has no length to check against.
func openRegular(path string) (*os.File, int64, error) {
	return regular(path, os.Stat, os.Open)
}

func regular(path string, stat func(string) (os.FileInfo, error), open func(string) (*os.File, error)) (*os.File, int64, error) {
	info, err := stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s has mode %s: expected a regular file", path, info.Mode())
	}
	file, err := open(path)
	if err != nil {
		return nil, 0, err
	}
	return file, info.Size(), nil
}

// openURI opens a file:// uri that points into one of the roots. No link leads out of a root.
func openURI(uri string, roots []string) (*os.File, int64, error) {
	path, err := uriPath(uri)
	if err != nil {
		return nil, 0, err
	}
	if len(roots) == 0 {
		return nil, 0, fmt.Errorf("uri %s: file uris are refused, as no folder is set that they may point into", uri)
	}
	for _, name := range roots {
		dir, err := filepath.Abs(name)
		if err != nil {
			return nil, 0, fmt.Errorf("cannot find the folder of recordings %s: %w", name, err)
		}
		inside, err := filepath.Rel(dir, path)
		if err != nil || !filepath.IsLocal(inside) {
			continue
		}
		root, err := os.OpenRoot(dir)
		if err != nil {
			return nil, 0, fmt.Errorf("cannot open the folder of recordings: %w", err)
		}
		defer root.Close()
		return regular(inside, root.Stat, root.Open)
	}
	return nil, 0, fmt.Errorf("uri %s: expected a file in one of the folders %q", uri, roots)
}

func uriPath(uri string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", fmt.Errorf("cannot read uri: %w", err)
	}
	switch {
	case u.Scheme != "file":
		return "", fmt.Errorf("uri %s: expected file:///absolute/path.wav, no other scheme is read", uri)
	case u.Host != "" && u.Host != "localhost":
		return "", fmt.Errorf("uri %s: expected no host, as in file:///absolute/path.wav", uri)
	case u.RawQuery != "" || u.Fragment != "":
		return "", fmt.Errorf("uri %s: expected ? and # in a path to be written %%3F and %%23", uri)
	case !filepath.IsAbs(u.Path):
		return "", fmt.Errorf("uri %s: expected an absolute path, as in file:///absolute/path.wav", uri)
	}
	return filepath.Clean(u.Path), nil
}
