package review

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// again is a form that could not be taken, kept so that it can be sent again: nothing that was typed is lost for an
// expired session, for ClickHouse away, or for somebody who was faster.
type again struct {
	Path   string
	Fields []field
}

// field is one value of a form.
type field struct {
	Name, Value string
	Words       bool // a text a person typed, shown so that it can be changed or copied
}

// typed are the names of fields that hold what a person typed.
var typed = []string{"words", "name", "team"}

// kept is the form of this request; nil if it had none. Passwords are never given back.
func (v *visit) kept() *again {
	if v.r.Method != http.MethodPost || v.r.PostForm == nil {
		return nil
	}
	a := &again{Path: v.r.URL.RequestURI()}
	for _, name := range slices.Sorted(maps.Keys(v.r.PostForm)) {
		if strings.Contains(name, "password") || strings.HasPrefix(name, keptPrefix) {
			continue
		}
		for _, value := range v.r.PostForm[name] {
			a.Fields = append(a.Fields, field{Name: name, Value: value, Words: slices.Contains(typed, name)})
		}
	}
	if len(a.Fields) == 0 || strings.HasPrefix(a.Path, "/sign-in") {
		return nil
	}
	return a
}

// keptPrefix marks the fields of a kept form inside the form of signing in.
const keptPrefix = "kept."

// carried is the form that came along with signing in.
func carried(form url.Values) *again {
	path := ownPath(form.Get(keptPrefix + "path"))
	if path == "/" {
		return nil
	}
	a := &again{Path: path}
	for _, name := range slices.Sorted(maps.Keys(form)) {
		if inner, ok := strings.CutPrefix(name, keptPrefix+"field."); ok {
			for _, value := range form[name] {
				a.Fields = append(a.Fields, field{Name: inner, Value: value, Words: slices.Contains(typed, inner)})
			}
		}
	}
	return a
}

// refererPath is the page of this application that a form was on.
func refererPath(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host {
		return "/"
	}
	return u.RequestURI()
}
