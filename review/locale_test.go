package review

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/earshot/earshot/review/locale"
)

// Every message that a template or the code names must be there, and every one that is there must be named.
func TestEveryMessageIsThereAndUsed(t *testing.T) {
	catalog, err := locale.Load()
	if err != nil {
		t.Fatal(err)
	}
	var source strings.Builder
	for _, dir := range []string{".", "templates"} {
		files, err := fs.ReadDir(os.DirFS(dir), ".")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if name := dir + "/" + f.Name(); strings.HasSuffix(name, ".html") || (strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")) {
				data, err := os.ReadFile(name)
				if err != nil {
					t.Fatal(err)
				}
				source.Write(data)
			}
		}
	}
	text := source.String()
	named := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([a-z]+(?:\.[a-zA-Z-]+)+)"`).FindAllStringSubmatch(text, -1) {
		named[m[1]] = true
	}
	asked := regexp.MustCompile(`(?:\bt|say) \(?"([a-z]+(?:\.[a-zA-Z-]+)*)"|\.say\("([a-z.A-Z-]+)"`)
	for _, m := range asked.FindAllStringSubmatch(text, -1) {
		if key := m[1] + m[2]; !strings.HasSuffix(key, ".") && !catalog.Has(key) {
			t.Errorf("message %s is asked for and missing", key)
		}
	}
	// What is put together from a part: (print "status." .Status), "problem.step." + refusal.
	parts := []string{}
	for _, m := range regexp.MustCompile(`"((?:[a-z]+\.)+)"`).FindAllStringSubmatch(text, -1) {
		parts = append(parts, m[1])
	}
	for key := range catalog.Keys(locale.EN) {
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".title")
		used := named[key] || named[base] || key == "list"
		for _, p := range parts {
			used = used || strings.HasPrefix(key, p)
		}
		if !used {
			t.Errorf("message %s is never used", key)
		}
	}
}
