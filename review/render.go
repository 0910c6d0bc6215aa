package review

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"syscall"

	"github.com/earshot/earshot/review/locale"
)

//go:embed templates/*.html
var templateFiles embed.FS

// page is what every template is given.
type page struct {
	Lang    locale.Lang
	Theme   string // light, dark; empty: as the browser has it
	Title   string
	Links   []link // the navigation
	Path    string // path and query, to come back to
	Who     *person
	Demo    bool
	Notice  string // what was just done
	Scripts []string
	Data    any
}

// pages are the templates by name and language.
type pages map[string]map[locale.Lang]*template.Template

func (s *Server) loadPages() (pages, error) {
	all := pages{}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, err
	}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if strings.HasPrefix(name, "_") {
			continue // a part of others
		}
		all[name] = map[locale.Lang]*template.Template{}
		for _, l := range locale.All() {
			t, err := template.New("_layout.html").Funcs(s.funcs(l)).ParseFS(templateFiles, "templates/_*.html", file)
			if err != nil {
				return nil, fmt.Errorf("cannot read a template: %w", err)
			}
			all[name][l] = t.Option("missingkey=error")
		}
	}
	return all, nil
}

// page answers with a page. It is made as a whole before anything is sent: one that fails halfway is not half sent.
func (v *visit) page(status int, name, title string, data any, scripts ...string) error {
	return v.fragment(status, name, "_layout.html", title, data, scripts...)
}

// fragment answers with a part of a page.
func (v *visit) fragment(status int, name, part, title string, data any, scripts ...string) error {
	p := page{
		Lang: v.lang, Title: title, Who: v.who, Demo: v.s.config.Demo, Data: data, Path: v.r.URL.RequestURI(), Scripts: scripts,
	}
	if v.route != nil {
		p.Links = v.s.links(v.who, v.route.pattern)
	}
	if v.r.Method != http.MethodGet {
		p.Path = ownPath(refererPath(v.r))
	}
	if c, err := v.r.Cookie(themeCookie); err == nil && (c.Value == "light" || c.Value == "dark") {
		p.Theme = c.Value
	}
	if key := "done." + v.r.URL.Query().Get("done"); v.s.catalog.Has(key) {
		p.Notice = v.say(key)
	}
	t, ok := v.s.pages[name][v.lang]
	if !ok {
		return fmt.Errorf("no template %q", name)
	}
	var out bytes.Buffer
	if err := t.ExecuteTemplate(&out, part, p); err != nil {
		return fmt.Errorf("cannot make the page %s: %w", name, err)
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.Header().Set("Content-Language", string(v.lang))
	v.w.Header().Set("Vary", "Accept-Language, Cookie")
	v.w.WriteHeader(status)
	_, err := v.w.Write(out.Bytes())
	return ignoreGone(err)
}

// ignoreGone drops the error of a browser that has gone away.
func ignoreGone(err error) error {
	if errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, http.ErrHandlerTimeout) {
		return nil
	}
	return err
}
