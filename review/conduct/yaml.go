package conduct

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"go.yaml.in/yaml/v4"
)

// Text is a text in both languages.
type Text struct {
	ZH string `yaml:"zh"`
	EN string `yaml:"en"`
}

// readYAML reads a file of one document into to, and refuses keys that it does not know. Its errors name file and line.
func readYAML(file string, data []byte, to any) error {
	fail := func(err error) error { return fmt.Errorf("cannot read %s: %w", file, err) }
	if len(data) > 1<<20 {
		return fail(fmt.Errorf("%d bytes; expected at most 1 MiB", len(data)))
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(to); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("nothing in it")
		}
		return fail(err)
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return fail(errors.New("a second document; expected one"))
	}
	return nil
}

// scalar reads a scalar by its text, and names the line if that cannot be.
func scalar[V any](n *yaml.Node, to *V, parse func(string) (V, error)) error {
	if n.Kind != yaml.ScalarNode {
		return fmt.Errorf("line %d: not a single value", n.Line)
	}
	v, err := parse(n.Value)
	if err != nil {
		return fmt.Errorf("line %d: %w", n.Line, err)
	}
	*to = v
	return nil
}

// UnmarshalYAML reads a date of a file.
func (d *Date) UnmarshalYAML(n *yaml.Node) error { return scalar(n, d, ParseDate) }

// UnmarshalYAML reads a time of day of a file.
func (c *Clock) UnmarshalYAML(n *yaml.Node) error { return scalar(n, c, ParseClock) }
