package evidence

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/earshot/earshot/internal/versitygw"
)

func newS3(t testing.TB, o Options) *Store {
	t.Helper()
	g := versitygw.Start(t)
	g.Bucket("evidence")
	return openBucket(t, g, o)
}

func openBucket(t testing.TB, g *versitygw.Gateway, o Options) *Store {
	t.Helper()
	o.S3 = S3{CAFile: o.S3.CAFile, Endpoint: g.Endpoint(), Region: versitygw.Region, AccessKey: versitygw.AccessKey, SecretKey: versitygw.SecretKey,
		Work: filepath.Join(t.TempDir(), "work"), Retries: 1}
	s, err := Open(t.Context(), "s3://evidence/calls", o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Of a call that goes on, parts of 20 s can be heard from anywhere; when it ends they are gone, and who is listening hears on.
func TestACallInABucketIsHeardWhileItGoesOn(t *testing.T) {
	s := newS3(t, Options{})
	w := create(t, s, twoLegs("call"))
	speak(w, 0, 999)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantState(t, s, "call", NeverKept)
	speak(w, 999, 1101)
	if err := w.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	a := openCall(t, s, "call")
	if a.Duration() != 40*time.Second {
		t.Fatalf("%v of 42 s can be heard, expected the two whole parts", a.Duration())
	}
	first := make([]byte, 1000)
	if _, err := a.ReadAt(first, 0); err != nil {
		t.Fatal(err)
	}
	p, err := s.Peaks(t.Context(), "call")
	if err != nil || len(p.Legs[0]) != 2*2000 {
		t.Errorf("the waveform so far: %v", err)
	}
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for l, err := range s.list(t.Context(), "live/") {
		t.Errorf("left over: %v, %v", l, err)
	}
	all, err := io.ReadAll(a)
	if err != nil {
		t.Fatal(err)
	}
	whole := readAll(t, s, "call")
	if len(whole) != 44+2100*640 || !bytes.Equal(all[44:], whole[44:len(all)]) || !bytes.Equal(first, all[:1000]) {
		t.Errorf("the %d bytes heard before and after the call's end are not the file's", len(all))
	}
	if files, err := os.ReadDir(filepath.Join(workOf(t, s), "live", name("call")[:2])); err != nil || len(files) != 0 {
		t.Errorf("the working folder still has %v, %v", files, err)
	}
}

func workOf(t *testing.T, s *Store) string {
	t.Helper()
	root, err := s.work()
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	return root.Name()
}

func TestABucketThatIsAwayIsUnreachable(t *testing.T) {
	g := versitygw.Start(t)
	s := openBucket(t, g, Options{})
	w := create(t, s, twoLegs("call"))
	speak(w, 0, 100)
	if err := w.Close(t.Context()); err == nil {
		t.Error("audio was written to a bucket that there is not")
	}
	wantState(t, s, "call", Unreachable)
	g.Bucket("evidence")
	g.Kill()
	if err := w.Close(t.Context()); err == nil {
		t.Error("audio was written to a server that is away")
	}
	wantState(t, s, "call", Unreachable)
	g.Restart()
	if err := w.Close(t.Context()); err != nil {
		t.Errorf("the server is back, and the call cannot be written: %v", err)
	}
	if n := openCall(t, s, "call").Samples(); n != 16000 {
		t.Errorf("the call has %d samples, expected 16000", n)
	}
	for o := range g.Client().ListObjectsIter(t.Context(), "evidence", minio.ListObjectsOptions{Recursive: true}) {
		if !strings.HasPrefix(o.Key, "calls/") {
			t.Errorf("%s lies outside of the prefix", o.Key)
		}
	}
}

// A bucket behind TLS is used when its authority is named, and not when it is not.
func TestS3OverTLS(t *testing.T) {
	g := versitygw.StartTLS(t)
	g.Bucket("evidence")
	s := openBucket(t, g, Options{S3: S3{CAFile: g.CAFile()}})
	w := create(t, s, twoLegs("call"))
	speak(w, 0, 100)
	if err := w.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := openCall(t, s, "call").Samples(); n != 16000 {
		t.Errorf("the call has %d samples, expected 16000", n)
	}
	stranger := openBucket(t, g, Options{})
	if _, err := stranger.Open(t.Context(), "call"); err == nil || !strings.Contains(err.Error(), "x509") {
		t.Errorf("a server whose authority nobody named: %v, expected it to be refused", err)
	}
}

func TestS3CAFilesThatCannotBe(t *testing.T) {
	for _, c := range []struct{ file, endpoint, want string }{
		{filepath.Join(t.TempDir(), "none.pem"), "https://127.0.0.1:1", "S3: cannot read the certificate authorities: open "},
		{"s3_test.go", "https://127.0.0.1:1", "S3: cannot use the certificate authorities in s3_test.go: it holds no PEM certificate"},
		{"s3_test.go", "http://127.0.0.1:1", "expected an https endpoint"},
	} {
		_, err := Open(t.Context(), "s3://bucket", Options{S3: S3{Endpoint: c.endpoint, CAFile: c.file}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s for %s: %v, expected %q in it", c.file, c.endpoint, err, c.want)
		}
	}
}

func TestS3LocationsThatCannotBe(t *testing.T) {
	for _, c := range []struct{ location, endpoint, want string }{
		{"s3://", "", "expected s3://bucket/prefix"},
		{"s3://key:secret@bucket", "", "expected s3://bucket/prefix"},
		{"s3://bucket", "localhost:9000", "expected http://host:port"},
		{"s3://bucket", "ftp://host", "expected http://host:port"},
		{"s3://bucket", "http://host/path", "expected http://host:port"},
	} {
		_, err := Open(t.Context(), c.location, Options{S3: S3{Endpoint: c.endpoint}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s at %q: %v, expected %q in it", c.location, c.endpoint, err, c.want)
		}
	}
	reader, err := Open(t.Context(), "s3://bucket", Options{S3: S3{Endpoint: "http://127.0.0.1:1", AccessKey: "a", SecretKey: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := reader.Create(twoLegs("call")); err == nil || !strings.Contains(err.Error(), "no working folder") {
		t.Errorf("a store without a working folder: %v", err)
	}
}
