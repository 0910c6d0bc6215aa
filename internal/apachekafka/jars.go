package apachekafka

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

//go:embed pom.xml
var pom []byte

// jars gives the folder with the broker's jars, fetching them the first time.
// Packages are tested side by side, so that a file lock lets one of them fetch.
func jars() (string, error) {
	cache, err := cacheDir()
	if err != nil {
		return "", err
	}
	// Another pom is another folder: what is there is always whole and right.
	dir := filepath.Join(cache, fmt.Sprintf("apache-kafka-%s-%x", Version, sha256.Sum256(pom))[:len("apache-kafka-")+len(Version)+9])
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", fmt.Errorf("cannot lock %s: %w", lock.Name(), err)
	}
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	return dir, fetch(cache, dir)
}

func cacheDir() (string, error) {
	if dir := os.Getenv("EARSHOT_TEST_CACHE"); dir != "" {
		return filepath.Abs(dir)
	}
	dir, err := os.UserCacheDir()
	return filepath.Join(dir, "earshot"), err
}

func fetch(cache, dir string) error {
	part, err := os.MkdirTemp(cache, "fetching-")
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
