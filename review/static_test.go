package review

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

// All scripts together, compressed, must be quick to load.
func TestScriptsAreSmall(t *testing.T) {
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for name, data := range a.data {
		if strings.HasSuffix(name, ".js") {
			var b bytes.Buffer
			z := gzip.NewWriter(&b)
			z.Write(data)
			z.Close()
			total += b.Len()
		}
	}
	t.Logf("%d bytes of JavaScript, compressed", total)
	if total == 0 || total > 300_000 {
		t.Errorf("%d bytes of JavaScript, compressed", total)
	}
}
