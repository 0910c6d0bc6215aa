// Package locale speaks to the reader in Chinese or English: the messages, and which of the two a reader wants.
package locale

import (
	"embed"
	"fmt"
	"net/http"
	"strings"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
)

// Lang is a language the application speaks.
type Lang string

// The two languages. The first is what a reader gets who wants neither.
const (
	EN Lang = "en"
	ZH Lang = "zh"
)

// All are the languages there are.
func All() []Lang { return []Lang{EN, ZH} }

// Cookie holds the language a reader has chosen by hand.
const Cookie = "lang"

//go:embed en.yaml zh.yaml
var files embed.FS

// Catalog holds the messages of every language by key, such as inbox.title.
type Catalog struct {
	messages map[Lang]map[string]string
	matcher  language.Matcher
}

// Load reads the messages.
func Load() (*Catalog, error) {
	c := &Catalog{messages: map[Lang]map[string]string{}}
	var tags []language.Tag
	for _, l := range All() {
		data, err := files.ReadFile(string(l) + ".yaml")
		if err != nil {
			return nil, fmt.Errorf("cannot read the messages: %w", err)
		}
		var tree map[string]any
		if err := yaml.Unmarshal(data, &tree); err != nil {
			return nil, fmt.Errorf("cannot read %s.yaml: %w", l, err)
		}
		c.messages[l] = map[string]string{}
		if err := flatten(c.messages[l], "", tree); err != nil {
			return nil, fmt.Errorf("cannot read %s.yaml: %w", l, err)
		}
		tags = append(tags, language.MustParse(string(l)))
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// flatten turns {inbox: {title: X}} into inbox.title: X.
func flatten(into map[string]string, prefix string, tree map[string]any) error {
	for k, v := range tree {
		switch v := v.(type) {
		case string:
			into[prefix+k] = v
		case map[string]any:
			if err := flatten(into, prefix+k+".", v); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%s%s: expected a text, got %T", prefix, k, v)
		}
	}
	return nil
}

// Keys are the keys of a language.
func (c *Catalog) Keys(l Lang) map[string]string { return c.messages[l] }

// Has says whether there is such a message.
func (c *Catalog) Has(key string) bool { _, ok := c.messages[EN][key]; return ok }

// Say is the message of a key. Arguments come in pairs: {n} in the message becomes what follows "n". A number that is 1
// takes the message KEY.one if there is one. A key that is missing is shown as it is, so that it is seen.
func (c *Catalog) Say(l Lang, key string, pairs ...any) string {
	message, ok := c.messages[l][key]
	if !ok {
		return key
	}
	if len(pairs) >= 2 && fmt.Sprint(pairs[1]) == "1" {
		if one, ok := c.messages[l][key+".one"]; ok {
			message = one
		}
	}
	if len(pairs) == 0 {
		return message
	}
	oldnew := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		oldnew = append(oldnew, fmt.Sprintf("{%v}", pairs[i]), fmt.Sprint(pairs[i+1]))
	}
	return strings.NewReplacer(oldnew...).Replace(message)
}

// Of is the language for a request: the one chosen by hand, or else what the browser asks for.
func (c *Catalog) Of(r *http.Request) Lang {
	if cookie, err := r.Cookie(Cookie); err == nil {
		if l := Lang(cookie.Value); l == EN || l == ZH {
			return l
		}
	}
	_, i := language.MatchStrings(c.matcher, r.Header.Get("Accept-Language"))
	return All()[i]
}
