package rulebook

import "go.yaml.in/yaml/v4"

// readProfiles checks every profile and applies the chosen one.
func (b *Rulebook) readProfiles(n *yaml.Node, l *language, chosen string, p *problems) {
	for _, profile := range p.entries(n, "profiles") {
		if profile.key == "" {
			p.add(profile.line, "a name", "a profile has no name")
			continue
		}
		b.profiles = append(b.profiles, profile.key)
		var ids []string
		for _, r := range b.rules {
			ids = append(ids, r.ID)
		}
		for _, e := range p.entries(profile.value, "profile "+profile.key) {
			r := b.rule(e.key)
			if r == nil {
				p.add(e.line, oneOf(e.key, ids), "profile %s changes an unknown rule %q", profile.key, e.key)
				continue
			}
			changed := l.change(*r, e, "rule "+r.ID+" in profile "+profile.key, p)
			if profile.key == chosen {
				*r = changed
			}
		}
	}
}

// change returns the rule as a profile has it. A profile may change limit, points, confidence, enabled, unless and live: a rule
// stays the same rule, so that its flags keep their ids and can be compared.
func (l *language) change(r rule, e entry, what string, p *problems) rule {
	keys := []string{"points", "confidence", "enabled", "unless", "live"}
	for _, c := range comparisons() {
		keys = append(keys, c.name)
	}
	values := p.mapping(e.value, what, keys...)
	r.readLimit(values, what, p)
	if v, ok := values["points"]; ok {
		r.Points = p.points(v, "points of "+what)
	}
	if v, ok := values["enabled"]; ok {
		r.Enabled = p.boolean(v, "enabled of "+what)
	}
	if v, ok := values["confidence"]; ok {
		r.Confidence = p.share(v, "confidence of "+what)
	}
	if v, ok := values["live"]; ok {
		r.Live = p.boolean(v, "live of "+what)
	}
	if v, ok := values["unless"]; ok {
		r.setUnless(nil)
		if v.Kind != yaml.ScalarNode || v.Value != "" { // an empty one takes the rule's own away
			r.setUnless(l.compile(v, "unless of "+what, r.On, truth, p))
		}
	}
	r.checkLive(e.line, p)
	return r
}
