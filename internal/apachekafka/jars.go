package apachekafka

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/earshot/earshot/internal/toolcache"
)

//go:embed pom.xml
var pom []byte

// jars gives the folder with the broker's jars, fetching them the first time.
func jars() (string, error) {
	// Another pom is another folder: what is there is always whole and right.
	return toolcache.Once(fmt.Sprintf("apache-kafka-%s-%.8x", Version, sha256.Sum256(pom)), fetch)
}

func fetch(dir string) error {
	part, err := os.MkdirTemp(filepath.Dir(dir), "fetching-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(part)
	if err := os.WriteFile(filepath.Join(part, "pom.xml"), pom, 0o644); err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "fetching Apache Kafka %s for the tests (44 MB, once) into %s ...\n", Version, dir)
	mvn := exec.Command("mvn", "-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=libs")
	mvn.Dir = part
	var said bytes.Buffer
	mvn.Stdout, mvn.Stderr = &said, &said
	if err := mvn.Run(); err != nil {
		return fmt.Errorf("cannot fetch Apache Kafka %s with Maven: %w\n%s", Version, err, said.Bytes())
	}
	return os.Rename(filepath.Join(part, "libs"), dir)
}
