package rulebook

import (
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

var identifier = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// needs reads the map of conditions on the call.
func (l *language) needs(n *yaml.Node, p *problems) map[string]*need {
	all := map[string]*need{}
	for _, e := range p.entries(n, "needs") {
		what := "need " + e.key
		d := &need{name: e.key}
		all[e.key] = d
		values := p.mapping(e.value, what, "that", "reason")
		for _, key := range []string{"that", "reason"} {
			if _, ok := values[key]; !ok && e.value.Kind == yaml.MappingNode {
				p.add(e.line, "that and reason", "%s has no %s", what, key)
			}
		}
		if v, ok := values["that"]; ok {
			d.that = l.compile(v, "that of "+what, nil, truth, p)
		}
		if v, ok := values["reason"]; ok {
			d.reason = p.bilingual(v, "reason of "+what)
		}
	}
	return all
}

// required are the keys that every rule has, beside its limit.
func required() []string {
	return []string{"id", "title", "about", "clause", "basis", "on", "measure", "points", "class"}
}

func ruleKeys() []string {
	keys := append(required(), "needs", "when", "where", "unless", "unit", "confidence", "live", "enabled", "evidence")
	for _, c := range comparisons() {
		keys = append(keys, c.name)
	}
	return keys
}

// rule reads one rule. What it returns is whole only if no problem was found.
func (l *language) rule(n *yaml.Node, needs map[string]*need, p *problems) *rule {
	r := &rule{line: n.Line}
	r.Enabled = true
	values := p.mapping(n, "a rule", ruleKeys()...)
	what := "a rule"
	if v, ok := values["id"]; ok {
		if r.ID, ok = p.text(v, "id"); ok && !identifier.MatchString(r.ID) {
			p.add(v.Line, "small letters, digits and single hyphens", "id is %q", shorten(r.ID))
		}
		what = "rule " + r.ID
	}
	if n.Kind == yaml.MappingNode {
		for _, key := range required() {
			if _, ok := values[key]; !ok {
				p.add(n.Line, key, "%s has no %s", what, key)
			}
		}
	}
	of := func(key string) string { return key + " of " + what }
	for key, read := range map[string]func(*yaml.Node, string){
		"title":      func(v *yaml.Node, k string) { r.Title = p.bilingual(v, k) },
		"about":      func(v *yaml.Node, k string) { r.About = p.bilingual(v, k) },
		"clause":     func(v *yaml.Node, k string) { r.Clauses = p.texts(v, k) },
		"unit":       func(v *yaml.Node, k string) { r.Unit, _ = p.text(v, k) },
		"basis":      func(v *yaml.Node, k string) { r.Basis = Basis(p.choice(v, k, "regulation", "default", "owner")) },
		"class":      func(v *yaml.Node, k string) { r.Class = Class(p.choice(v, k, "minor", "serious", "grave")) },
		"points":     func(v *yaml.Node, k string) { r.Points = p.points(v, k) },
		"confidence": func(v *yaml.Node, k string) { r.Confidence = p.share(v, k) },
		"live":       func(v *yaml.Node, k string) { r.Live = p.boolean(v, k) },
		"enabled":    func(v *yaml.Node, k string) { r.Enabled = p.boolean(v, k) },
		"needs":      func(v *yaml.Node, k string) { r.readNeeds(v, k, needs, p) },
		"evidence":   func(v *yaml.Node, k string) { r.Evidence = p.choice(v, k, l.kindNames()...) },
	} {
		if v, ok := values[key]; ok {
			read(v, of(key))
		}
	}
	r.clause = strings.Join(r.Clauses, ", ")
	if !r.readLimit(values, what, p) && n.Kind == yaml.MappingNode {
		p.add(n.Line, "one of above, at_least, below, at_most", "%s has no limit", what)
	}
	if l.readOn(r, values, of, p) {
		l.readExpressions(r, values, of, p)
	}
	return r
}

// share reads a number from 0 to 1.
func (p *problems) share(v *yaml.Node, what string) float64 {
	share := p.number(v, what)
	if share < 0 || share > 1 {
		p.add(v.Line, "0 to 1", "%s is %v", what, share)
	}
	return share
}

func (p *problems) points(v *yaml.Node, what string) float64 {
	points := p.number(v, what)
	if points < 0 {
		p.add(v.Line, "0 or more", "%s is %v", what, points)
	}
	return points
}

// readLimit takes the one comparison that the keys name, and says whether there was any.
func (r *rule) readLimit(values map[string]*yaml.Node, what string, p *problems) bool {
	found := false
	for _, c := range comparisons() {
		v, ok := values[c.name]
		switch {
		case !ok:
		case found:
			p.add(v.Line, "one limit", "%s has the limits %s and %s", what, r.Comparison, c.name)
		default:
			found = true
			r.comparison, r.Comparison = c, c.name
			r.Limit = p.number(v, c.name+" of "+what)
		}
	}
	return found
}

func (r *rule) readNeeds(v *yaml.Node, what string, needs map[string]*need, p *problems) {
	var known []string
	for name := range needs {
		known = append(known, name)
	}
	r.Needs = p.texts(v, what)
	for _, name := range r.Needs {
		if d, ok := needs[name]; ok {
			r.needs = append(r.needs, d)
		} else {
			p.add(v.Line, oneOf(name, known), "%s names %q", what, name)
		}
	}
}

// readOn takes the kinds that the rule judges, and says whether all of them are known.
func (l *language) readOn(r *rule, values map[string]*yaml.Node, of func(string) string, p *problems) bool {
	v, ok := values["on"]
	if !ok {
		return false
	}
	before := len(p.list)
	if on := p.texts(v, of("on")); len(on) != 1 || on[0] != "call" {
		r.On = on
	}
	seen := map[string]bool{}
	for _, k := range r.On {
		switch _, known := l.kinds[k]; {
		case k == "call":
			p.add(v.Line, "call alone, or kinds of segment", "%s mixes call with kinds of segment", of("on"))
		case !known:
			p.add(v.Line, oneOf(k, append(l.kindNames(), "call")), "%s names the kind %q", of("on"), k)
		case seen[k]:
			p.add(v.Line, "each kind once", "%s names %s twice", of("on"), k)
		}
		seen[k] = true
	}
	if v, ok := values["evidence"]; ok && len(r.On) > 0 {
		p.add(v.Line, "it only with on: call", "%s: the evidence is the segment itself", of("evidence"))
	}
	return len(p.list) == before
}

func (l *language) readExpressions(r *rule, values map[string]*yaml.Node, of func(string) string, p *problems) {
	if v, ok := values["when"]; ok {
		if r.when = l.compile(v, of("when"), r.On, truth, p); r.when != nil {
			r.When = r.when.text
		}
	}
	if v, ok := values["where"]; ok {
		switch {
		case r.Evidence == "":
			p.add(v.Line, "it only with on: call and evidence", "%s says which segments of the evidence count", of("where"))
		default:
			if r.where = l.compile(v, of("where"), []string{r.Evidence}, truth, p); r.where != nil {
				r.Where = r.where.text
			}
		}
	}
	if v, ok := values["measure"]; ok {
		if r.measure = l.compile(v, of("measure"), r.On, figure, p); r.measure != nil {
			r.Measure = r.measure.text
		}
	}
	if v, ok := values["unless"]; ok {
		r.setUnless(l.compile(v, of("unless"), r.On, truth, p))
	}
}

func (r *rule) setUnless(e *expression) {
	r.unless, r.Unless = e, ""
	if e != nil {
		r.Unless = e.text
	}
}
