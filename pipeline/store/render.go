package store

import (
	"bytes"
	"fmt"
	"io/fs"
	"regexp"
)

// rendered is a folder of migrations with its placeholders filled in as files are opened.
type rendered struct {
	fs.FS
	values map[string]string
}

var placeholder = regexp.MustCompile(`\$\{(\w+)\}`)

// migrations are those of one database: on one server, or on a cluster with a replica of each table on every node.
func migrations(files fs.FS, database, cluster string) fs.FS {
	values := map[string]string{"database": database, "on_cluster": "", "replicated": ""}
	if cluster != "" {
		values["on_cluster"] = onCluster(cluster)
		// Without arguments Replicated… takes its path and replica name from the server's settings.
		values["replicated"] = "Replicated"
	}
	return rendered{files, values}
}

func onCluster(cluster string) string {
	if cluster == "" {
		return ""
	}
	return "ON CLUSTER '" + cluster + "'"
}

func (r rendered) Open(name string) (fs.File, error) {
	file, err := r.FS.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil || info.IsDir() {
		return file, err
	}
	defer file.Close()
	text, err := fs.ReadFile(r.FS, name)
	if err != nil {
		return nil, err
	}
	var unknown string
	text = placeholder.ReplaceAllFunc(text, func(match []byte) []byte {
		key := string(match[2 : len(match)-1])
		value, ok := r.values[key]
		if !ok {
			unknown = key
		}
		return []byte(value)
	})
	if unknown != "" {
		return nil, fmt.Errorf("cannot render %s: ${%s} is none of database, on_cluster, replicated", name, unknown)
	}
	return &renderedFile{bytes.NewReader(text), info, int64(len(text))}, nil
}

type renderedFile struct {
	*bytes.Reader
	fs.FileInfo
	size int64
}

func (f *renderedFile) Size() int64                { return f.size }
func (f *renderedFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *renderedFile) Close() error               { return nil }
