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

// assets are the files a page is made of beside itself, each under a name that changes with its content, so that a
// browser may keep it for ever.
type assets struct {
	url  map[string]string // app.css → /static/1a2b3c4d/app.css
	data map[string][]byte // 1a2b3c4d/app.css → the file
}

func loadAssets() (*assets, error) {
	a := &assets{url: map[string]string{}, data: map[string][]byte{}}
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		key := hex.EncodeToString(sum[:6]) + "/" + path.Base(name)
		a.url[path.Base(name)] = "/static/" + key
		a.data[key] = data
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("cannot read the embedded files: %w", err)
	}
	return a, nil
}

// URL is where a file is served; a template that names a file that is not there fails its test.
func (a *assets) URL(name string) (string, error) {
	if u, ok := a.url[name]; ok {
		return u, nil
	}
	return "", fmt.Errorf("no file %q is embedded", name)
}

func (s *Server) serveStatic(v *visit) error {
	key := v.r.PathValue("sum") + "/" + v.r.PathValue("name")
	data, ok := s.assets.data[key]
	if !ok {
		return notFound("problem.page")
	}
	v.w.Header().Set("Content-Type", mime.TypeByExtension(path.Ext(key)))
	v.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(v.w, v.r, "", time.Time{}, bytes.NewReader(data))
	return nil
}
