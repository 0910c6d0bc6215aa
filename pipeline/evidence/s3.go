package evidence

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"github.com/earshot/earshot/pipeline/tlsfiles"
)

// S3 says how to reach a bucket.
type S3 struct {
	// Endpoint is the server's URL; Amazon's if empty.
	Endpoint string
	Region   string
	// AccessKey and SecretKey; if empty, those of the environment (AWS_…), of ~/.aws/credentials or of the machine's role.
	AccessKey, SecretKey string
	// CAFile names certificate authorities (PEM) beside the system's, for an https endpoint.
	CAFile string
	// Work is the folder in which calls that go on are written until they end. None: calls can only be read.
	Work string
	// Retries is how often a request is sent before it has failed; 3.
	Retries int
}

// bucket keeps objects in an S3 bucket, below a prefix.
type bucket struct {
	client       *minio.Client
	name, prefix string
}

func openS3(ctx context.Context, location string, o Options) (*Store, error) {
	fail := func(err error) (*Store, error) {
		return nil, fmt.Errorf("cannot use evidence store %s: %w", location, err)
	}
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fail(errors.New("expected s3://bucket/prefix"))
	}
	client, err := o.S3.client()
	if err != nil {
		return fail(err)
	}
	b := &bucket{client: client, name: u.Host, prefix: strings.Trim(u.Path, "/")}
	if b.prefix != "" {
		b.prefix += "/"
	}
	s := &Store{objects: b, where: location, roots: o.Roots, parts: true}
	if dir := o.S3.Work; dir != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return fail(fmt.Errorf("cannot make the working folder: %w", err))
		}
		if dir, err = filepath.Abs(dir); err != nil {
			return fail(err)
		}
		s.work = func() (*os.Root, error) { return os.OpenRoot(dir) }
	}
	return s, nil
}

func (c *S3) client() (*minio.Client, error) {
	endpoint := c.Endpoint
	if endpoint == "" {
		endpoint = "https://s3.amazonaws.com"
	}
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("S3 endpoint %q: expected http://host:port or https://host:port", endpoint)
	}
	creds := credentials.NewChainCredentials([]credentials.Provider{
		&credentials.EnvAWS{}, &credentials.FileAWSCredentials{}, &credentials.IAM{},
	})
	if c.AccessKey != "" {
		creds = credentials.NewStaticV4(c.AccessKey, c.SecretKey, "")
	}
	retries := c.Retries
	if retries == 0 {
		retries = 3
	}
	transport, err := minio.DefaultTransport(u.Scheme == "https")
	if err != nil {
		return nil, err
	}
	if c.CAFile != "" {
		if u.Scheme != "https" {
			return nil, fmt.Errorf("S3 CA file %s: of no use for %s; expected an https endpoint", c.CAFile, endpoint)
		}
		if transport.TLSClientConfig, err = (tlsfiles.Files{CA: c.CAFile}).Config(); err != nil {
			return nil, fmt.Errorf("S3: %w", err)
		}
	}
	return minio.New(u.Host, &minio.Options{Creds: creds, Secure: u.Scheme == "https", Region: c.Region, MaxRetries: retries, Transport: transport})
}

// missing turns the server's word for a file that is not there into Go's.
func missing(err error) error {
	if r := minio.ToErrorResponse(err); r.Code == minio.NoSuchKey || r.StatusCode == http.StatusNotFound && r.Code != minio.NoSuchBucket {
		return fmt.Errorf("%w: %v", fs.ErrNotExist, err)
	}
	return err
}

// s3Object reads an object as a stream for as long as reads follow one another: Object.ReadAt would be a request each.
type s3Object struct {
	*minio.Object
	info minio.ObjectInfo
	at   int64 // where the stream is
}

func (o *s3Object) Size() int64        { return o.info.Size }
func (o *s3Object) ModTime() time.Time { return o.info.LastModified }

func (o *s3Object) ReadAt(p []byte, at int64) (int, error) {
	if at >= o.info.Size {
		return 0, io.EOF
	}
	if at != o.at {
		if _, err := o.Seek(at, io.SeekStart); err != nil {
			return 0, err
		}
		o.at = at
	}
	n, err := io.ReadFull(o.Object, p)
	o.at += int64(n)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return n, err
}

func (b *bucket) open(ctx context.Context, key string) (object, error) {
	o, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	info, err := o.Stat()
	if err != nil {
		o.Close()
		return nil, missing(err)
	}
	return &s3Object{Object: o, info: info}, nil
}

func (b *bucket) read(ctx context.Context, key string) ([]byte, error) {
	o, err := b.client.GetObject(ctx, b.name, b.prefix+key, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	defer o.Close()
	data, err := io.ReadAll(o)
	if err != nil {
		return nil, missing(err)
	}
	return data, nil
}

func (b *bucket) put(ctx context.Context, key string, data []byte) error {
	_, err := b.client.PutObject(ctx, b.name, b.prefix+key, bytes.NewReader(data), int64(len(data)), minio.PutObjectOptions{
		ContentType: "application/octet-stream",
	})
	return err
}

func (b *bucket) adopt(ctx context.Context, key string, work *os.Root, name string) error {
	f, err := work.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	_, err = b.client.PutObject(ctx, b.name, b.prefix+key, f, info.Size(), minio.PutObjectOptions{ContentType: "audio/wav"})
	if err != nil {
		return err
	}
	return work.Remove(name)
}

func (b *bucket) remove(ctx context.Context, keys ...string) error {
	for _, key := range keys {
		err := b.client.RemoveObject(ctx, b.name, b.prefix+key, minio.RemoveObjectOptions{})
		if err != nil && !errors.Is(missing(err), fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (b *bucket) list(ctx context.Context, prefix string) iter.Seq2[listed, error] {
	return func(yield func(listed, error) bool) {
		options := minio.ListObjectsOptions{Prefix: b.prefix + prefix, Recursive: true}
		for o := range b.client.ListObjectsIter(ctx, b.name, options) {
			if o.Err != nil {
				yield(listed{}, o.Err)
				return
			}
			if strings.HasSuffix(o.Key, "/") {
				continue // a server over a folder may show its folders
			}
			if !yield(listed{path.Clean(strings.TrimPrefix(o.Key, b.prefix)), o.Size, o.LastModified}, nil) {
				return
			}
		}
	}
}

// reachable asks for the bucket: that a file is not there, a server says of any file in a bucket that is not there.
func (b *bucket) reachable(ctx context.Context) error {
	there, err := b.client.BucketExists(ctx, b.name)
	if err == nil && !there {
		err = fmt.Errorf("there is no bucket %s", b.name)
	}
	return err
}
