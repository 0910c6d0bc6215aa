package review

import (
	"os"
	"regexp"
	"testing"
)

// The policy forbids them, so that one would not work.
func TestTemplatesHaveNoInlineScriptOrStyle(t *testing.T) {
	entries, err := os.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	inline := regexp.MustCompile(`<style|\sstyle=|\son[a-z]+=|javascript:|<script(?: type="module" src| type="application/json")?`)
	for _, e := range entries {
		data, err := os.ReadFile("templates/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range inline.FindAllString(string(data), -1) {
			if found != `<script type="module" src` && found != `<script type="application/json"` {
				t.Errorf("%s: %q", e.Name(), found)
			}
		}
	}
}
