package main

import (
	"flag"
	"fmt"
	"strings"

	"github.com/earshot/earshot/benchmarks/corpus"
)

// selection says which calls are counted, so that what was trained without a language or a package can be tested on it.
type selection struct {
	language, pkg     string
	noLanguage, noPkg string
	only              string
}

func (s *selection) flags(f *flag.FlagSet) {
	f.StringVar(&s.language, "only-language", "", "count only calls of which a voice speaks this language")
	f.StringVar(&s.noLanguage, "without-language", "", "count no call of which a voice speaks this language")
	f.StringVar(&s.pkg, "only-package", "", "count only calls whose hold music is of this package")
	f.StringVar(&s.noPkg, "without-package", "", "count no call whose hold music is of this package")
	f.StringVar(&s.only, "only", "", "count only calls whose id contains this, such as hold-too-long/near")
}

// String says it in words, "" for all calls.
func (s *selection) String() string {
	var words []string
	for _, w := range []struct{ format, value string }{
		{"calls with a voice in %s", s.language}, {"calls without a voice in %s", s.noLanguage},
		{"calls with music of %s", s.pkg}, {"calls without music of %s", s.noPkg}, {"calls named %s", s.only},
	} {
		if w.value != "" {
			words = append(words, fmt.Sprintf(w.format, w.value))
		}
	}
	return strings.Join(words, ", ")
}

// named says of a planned call whether it may be counted.
func (s *selection) named(id string) bool { return strings.Contains(id, s.only) }

// takes says of a composed call whether it is counted.
func (s *selection) takes(c *corpus.Case) bool {
	speaks := func(language string) bool {
		return c.Agent.Language == language || c.Customer.Language == language
	}
	return (s.language == "" || speaks(s.language)) && (s.noLanguage == "" || !speaks(s.noLanguage)) &&
		(s.pkg == "" || c.Package == s.pkg) && (s.noPkg == "" || c.Package != s.noPkg)
}
