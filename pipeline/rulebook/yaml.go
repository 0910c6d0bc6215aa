package rulebook

import (
	"bytes"
	"errors"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// maxSize bounds a rulebook's bytes: rules are written by hand.
const maxSize = 1 << 20

// document parses the bytes into the one mapping that a rulebook is, or tells why it cannot.
func document(data []byte, p *problems) *yaml.Node {
	if len(data) > maxSize {
		p.add(1, "at most 1 MiB", "the rulebook has %d bytes", len(data))
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		p.add(1, "YAML", "%v", err)
		return nil
	}
	var doc, second yaml.Node
	err = loader.Load(&doc)
	if errors.Is(err, io.EOF) || err == nil && len(doc.Content) != 1 {
		p.add(1, "rules", "the rulebook is empty")
		return nil
	}
	if err == nil {
		if err = loader.Load(&second); err == nil {
			p.add(second.Line, "one document", "the rulebook has a second document")
			return nil
		}
	}
	if !errors.Is(err, io.EOF) {
		var at *yaml.LoadError
		if errors.As(err, &at) {
			p.add(at.Mark.Line, "YAML", "%s", at.Message)
		} else {
			p.add(1, "YAML", "%v", err)
		}
		return nil
	}
	return doc.Content[0]
}

// target follows an alias to what it stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

// mapping returns a mapping's values by key. It refuses a key written twice and, when names are given, any other key.
func (p *problems) mapping(n *yaml.Node, what string, names ...string) map[string]*yaml.Node {
	values := map[string]*yaml.Node{}
	for _, e := range p.entries(n, what) {
		if len(names) > 0 && !slices.Contains(names, e.key) {
			p.add(e.line, oneOf(e.key, names), "%s has an unknown key %q", what, e.key)
			continue
		}
		values[e.key] = e.value
	}
	return values
}

type entry struct {
	key   string
	line  int
	value *yaml.Node
}

// entries returns a mapping's keys and values in the order they are written.
func (p *problems) entries(n *yaml.Node, what string) []entry {
	n = target(n)
	if n.Kind != yaml.MappingNode {
		p.add(n.Line, "keys with values", "%s is %s", what, form(n))
		return nil
	}
	var list []entry
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := target(n.Content[i])
		if k.Kind != yaml.ScalarNode {
			p.add(k.Line, "a name", "a key of %s is %s", what, form(k))
			continue
		}
		if first, twice := seen[k.Value]; twice {
			p.add(k.Line, "it once", "%s has the key %q twice, first in line %d", what, k.Value, first)
			continue
		}
		seen[k.Value] = k.Line
		list = append(list, entry{k.Value, k.Line, target(n.Content[i+1])})
	}
	return list
}

// text returns a scalar's text, and whether there is any.
func (p *problems) text(n *yaml.Node, what string) (string, bool) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" || strings.TrimSpace(n.Value) == "" {
		p.add(n.Line, "text", "%s is %s", what, form(n))
		return "", false
	}
	return n.Value, true
}

// choice returns a text that is one of the names.
func (p *problems) choice(n *yaml.Node, what string, names ...string) string {
	s, ok := p.text(n, what)
	if ok && !slices.Contains(names, s) {
		p.add(n.Line, oneOf(s, names), "%s is %q", what, s)
		return ""
	}
	return s
}

// texts returns a list of texts; a single text is a list of one.
func (p *problems) texts(n *yaml.Node, what string) []string {
	if n.Kind != yaml.SequenceNode {
		if s, ok := p.text(n, what); ok {
			return []string{s}
		}
		return nil
	}
	var list []string
	for _, c := range n.Content {
		if s, ok := p.text(target(c), what); ok {
			list = append(list, s)
		}
	}
	if len(n.Content) == 0 {
		p.add(n.Line, "at least one", "%s is an empty list", what)
	}
	return list
}

func (p *problems) number(n *yaml.Node, what string) float64 {
	if n.Kind == yaml.ScalarNode && (n.ShortTag() == "!!int" || n.ShortTag() == "!!float") {
		v, err := strconv.ParseFloat(n.Value, 64)
		if err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v
		}
	}
	p.add(n.Line, "a decimal number", "%s is %s", what, form(n))
	return 0
}

func (p *problems) boolean(n *yaml.Node, what string) bool {
	if n.Kind == yaml.ScalarNode && (n.Value == "true" || n.Value == "false") {
		return n.Value == "true"
	}
	p.add(n.Line, "true or false", "%s is %s", what, form(n))
	return false
}

// bilingual returns a text in both languages; neither may be missing.
func (p *problems) bilingual(n *yaml.Node, what string) Text {
	var t Text
	values := p.mapping(n, what, "zh", "en")
	for _, language := range []struct {
		key  string
		into *string
	}{{"zh", &t.ZH}, {"en", &t.EN}} {
		if v, ok := values[language.key]; ok {
			*language.into, _ = p.text(v, what+"."+language.key)
		} else if n.Kind == yaml.MappingNode {
			p.add(n.Line, "{zh: …, en: …}", "%s has no %s", what, language.key)
		}
	}
	return t
}

// form words what a node is, for an error.
func form(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Kind == yaml.AliasNode:
		return "an alias of nothing"
	case n.Tag == "!!null" || n.Value == "":
		return "empty"
	default:
		return strconv.Quote(shorten(n.Value))
	}
}

func shorten(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
