package rulebook

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/earshot/earshot/analyzers"
)

// Rulebook is a checked rulebook under one profile. It does not change, and many judges may use it at once.
type Rulebook struct {
	version  string
	rules    []*rule
	needed   map[string]bool
	profiles []string
}

// Load reads a rulebook, under one of its profiles or, with an empty name, as it stands. The kinds are the
// vocabulary: what the analyzers emit. The error is a *LoadError with every problem found; file only names the place.
func Load(file string, data []byte, profile string, kinds []analyzers.KindDoc) (*Rulebook, error) {
	p := &problems{}
	l, err := newLanguage(kinds)
	if err != nil {
		return nil, err
	}
	b := &Rulebook{version: version(data, profile), needed: map[string]bool{}}
	if root := document(data, p); root != nil {
		b.read(root, l, profile, p)
	}
	if err := p.err(file); err != nil {
		return nil, err
	}
	for _, r := range b.rules {
		if r.Enabled {
			r.kinds = r.dependsOn()
			maps.Copy(b.needed, r.kinds)
		}
	}
	return b, nil
}

func (b *Rulebook) read(root *yaml.Node, l *language, profile string, p *problems) {
	top := p.mapping(root, "the rulebook", "needs", "rules", "profiles")
	needs := map[string]*need{}
	if n, ok := top["needs"]; ok {
		needs = l.needs(n, p)
	}
	list, ok := top["rules"]
	switch {
	case !ok:
		p.add(root.Line, "rules: a list of rules", "the rulebook has no rules")
	case list.Kind != yaml.SequenceNode || len(list.Content) == 0:
		p.add(list.Line, "a list of rules", "rules is %s", form(list))
	default:
		for _, n := range list.Content {
			b.add(l.rule(target(n), needs, p), p)
		}
	}
	for _, r := range b.rules {
		r.checkLive(r.line, p)
	}
	if n, ok := top["profiles"]; ok {
		b.readProfiles(n, l, profile, p)
	}
	if profile != "" && !slices.Contains(b.profiles, profile) {
		p.add(root.Line, oneOf(profile, b.profiles), "there is no profile %q", profile)
	}
}

func (b *Rulebook) add(r *rule, p *problems) {
	if first := b.rule(r.ID); first != nil && r.ID != "" {
		p.add(r.line, "another id", "there are two rules %s, the first in line %d", r.ID, first.line)
		return
	}
	b.rules = append(b.rules, r)
}

func (b *Rulebook) rule(id string) *rule {
	for _, r := range b.rules {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// Version is a hash of the rulebook's text and the profile. Line ends and a byte order mark do not count.
func (b *Rulebook) Version() string { return b.version }

// Rules returns the rules in the order of the file, those not enabled included.
func (b *Rulebook) Rules() []Rule {
	list := make([]Rule, len(b.rules))
	for i, r := range b.rules {
		list[i] = r.Rule
	}
	return list
}

// Profiles returns the names of the profiles in the order of the file.
func (b *Rulebook) Profiles() []string { return slices.Clone(b.profiles) }

// Needs says whether segments of the kind matter to any rule.
func (b *Rulebook) Needs(kind string) bool { return b.needed[kind] }

func version(data []byte, profile string) string {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	data = bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	return hash([]byte(profile), data)
}

// hash gives the first 128 bits of SHA-256 over the parts, each after its length, in hex.
func hash(parts ...[]byte) string {
	h := sha256.New()
	for _, part := range parts {
		var length [8]byte
		binary.BigEndian.PutUint64(length[:], uint64(len(part)))
		h.Write(length[:])
		h.Write(part)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
