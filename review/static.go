package review

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"time"
)

//go:embed static
var staticFiles embed.FS

// assets are the files a page is made of beside itself, in a folder whose name changes with their content, so that a
// browser may keep them for ever and a script finds another beside itself.
type assets struct {
	sum  string
	data map[string][]byte // by name, such as app.css
}

func loadAssets() (*assets, error) {
	a := &assets{data: map[string][]byte{}}
	all := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error { // in the order of the names
		if err != nil || d.IsDir() {
			return err
		}
		data, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		all.Write(data)
		a.data[path.Base(name)] = data
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read the embedded files: %w", err)
	}
	a.sum = hex.EncodeToString(all.Sum(nil)[:6])
	return a, nil
}

// URL is where a file is served; a template that names a file that is not there fails its test.
func (a *assets) URL(name string) (string, error) {
	if _, ok := a.data[name]; ok {
		return "/static/" + a.sum + "/" + name, nil
	}
	return "", fmt.Errorf("no file %q is embedded", name)
}

func (s *Server) serveStatic(v *visit) error {
	name := v.r.PathValue("name")
	data, ok := s.assets.data[name]
	if !ok || v.r.PathValue("sum") != s.assets.sum {
		return notFound("problem.page")
	}
	v.w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(name)))
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(data))
	return nil
}
