package enginetest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { os.Exit(Run(m)) }

func TestEachTestHasADatabaseOfItsOwn(t *testing.T) {
	var first, second string
	t.Run("one", func(t *testing.T) {
		first, second = ClickHouse(t), ClickHouse(t)
		if first == second {
			t.Errorf("%s given twice", first)
		}
		if status := post(t, first, "CREATE DATABASE "+filepath.Base(first)); status != http.StatusOK {
			t.Errorf("the database cannot be made: status %d", status)
		}
	})
	if status := post(t, first, "USE "+filepath.Base(first)); status == http.StatusOK {
		t.Error("the database outlived its test")
	}
}

func post(t *testing.T, dsn, sql string) int {
	t.Helper()
	resp, err := http.Post(strings.TrimSuffix(dsn, filepath.Base(dsn)), "text/plain", strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

func TestMissingEngineSaysWhatToDo(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "go.mod"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EARSHOT_LIBCHDB", "")
	t.Chdir(root)
	_, err := library()
	if err == nil || !strings.Contains(err.Error(), "run make build") {
		t.Errorf("got %v", err)
	}
}

func TestEngineSaysItsVersion(t *testing.T) {
	if v := ClickHouseVersion(t); len(strings.Split(v, ".")) != 4 {
		t.Errorf("version %q, expected one like 26.7.2.1", v)
	}
}
