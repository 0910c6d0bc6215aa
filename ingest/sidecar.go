package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/earshot/earshot/schemas"
)

// maxSidecar bounds what is read of a sidecar: thousands of events fit.
const maxSidecar = 1 << 20

const sidecarExample = `{"agent_id":"A7","events":[{"kind":"KIND_HOLD","offset":"31.2s"}]}`

// SidecarPath is where the facts about a recording are looked for: a.json beside a.wav.
func SidecarPath(recording string) string {
	return strings.TrimSuffix(recording, filepath.Ext(recording)) + ".json"
}

// BaseName is the call id of a recording that nothing else names: its file's name without the extension.
func BaseName(recording string) string {
	name := filepath.Base(recording)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

// LoadSidecar reads the facts about a recording from the file beside it: a Recording as protojson, without the audio.
// Without that file nothing is known but the call id. Errors name the sidecar, the line, and what was expected there.
func LoadSidecar(recording string) (*schemas.Recording, error) {
	rec := &schemas.Recording{}
	path := SidecarPath(recording)
	data, err := readSidecar(path)
	switch {
	case path == recording:
		return nil, fmt.Errorf("cannot read recording %s: expected a WAV or pcap file, not a sidecar", path)
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("cannot read sidecar %s: %w", path, err)
	default:
		if err := parseSidecar(data, rec); err != nil {
			return nil, fmt.Errorf("cannot read sidecar %s%w", path, err)
		}
	}
	if rec.CallId == "" {
		rec.CallId = BaseName(recording)
	}
	return rec, nil
}

func readSidecar(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxSidecar {
		return nil, fmt.Errorf("expected a regular file of at most %d bytes", maxSidecar)
	}
	return os.ReadFile(path)
}

// parseSidecar gives errors that begin with the place: ":3:12: unknown field …".
func parseSidecar(data []byte, rec *schemas.Recording) error {
	if len(bytes.TrimSpace(data)) == 0 {
		return fmt.Errorf(": the file is empty: expected JSON as in %s", sidecarExample)
	}
	switch err := protojson.Unmarshal(data, rec); {
	case err != nil && strings.HasSuffix(err.Error(), io.ErrUnexpectedEOF.Error()): // protojson wraps neither it nor a place
		return fmt.Errorf(":%d: the file ends too early: expected JSON as in %s", 1+bytes.Count(data, []byte("\n")), sidecarExample)
	case err != nil:
		return sidecarError(err)
	}
	err := checkRecording(rec)
	if err == nil && rec.Audio != nil {
		field := "uri"
		if _, inline := rec.Audio.(*schemas.Recording_Inline); inline {
			field = "inline"
		}
		err = &fieldError{path: []any{field}, reason: "expected no audio in a sidecar: the recording is the file beside it"}
	}
	var wrong *fieldError
	if errors.As(err, &wrong) {
		return fmt.Errorf(":%d: %w", jsonLine(data, wrong.path), wrong)
	}
	return err
}

// protojsonError is how protojson tells the place; the space after the colon may be a no-break one.
var protojsonError = regexp.MustCompile(`^proto:[\s\x{a0}]*(?:syntax error )?\(line (\d+:\d+)\):[\s\x{a0}]*(.*)$`)

var quotedField = regexp.MustCompile(`(?:unknown field|value for enum field|field) "?([\w.]+)"?`)

// sidecarError puts protojson's place first and adds what would have been right.
func sidecarError(err error) error {
	m := protojsonError.FindStringSubmatch(err.Error())
	if m == nil {
		return fmt.Errorf(": %w", err)
	}
	place, reason := m[1], m[2]
	var field string
	if f := quotedField.FindStringSubmatch(reason); f != nil {
		field = f[1]
	}
	switch {
	case strings.Contains(reason, "unknown field"):
		return fmt.Errorf(":%s: %s: expected one of %s", place, reason, strings.Join(knownFields(), ", "))
	case strings.Contains(reason, "enum field"):
		return fmt.Errorf(":%s: %s: expected one of %s", place, reason, strings.Join(enumNames(field), ", "))
	case strings.Contains(reason, "Duration"):
		return fmt.Errorf(":%s: %s: expected seconds such as \"31.2s\"", place, reason)
	case strings.Contains(reason, "Timestamp"):
		return fmt.Errorf(":%s: %s: expected a time such as \"2024-05-01T09:30:00Z\"", place, reason)
	default:
		return fmt.Errorf(":%s: %s: expected JSON as in %s", place, reason, sidecarExample)
	}
}

// knownFields are those of a sidecar, with an event's as events.….
func knownFields() []string {
	var names []string
	fields := (&schemas.Recording{}).ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.ContainingOneof() == nil { // the audio
			names = append(names, string(f.Name()))
		}
	}
	events := fields.ByName("events").Message().Fields()
	for i := range events.Len() {
		names = append(names, "events."+string(events.Get(i).Name()))
	}
	return names
}

// enumNames are the values that an enum field of a Recording or of its events can well have.
func enumNames(field string) []string {
	recording := (&schemas.Recording{}).ProtoReflect().Descriptor().Fields()
	event := recording.ByName("events").Message().Fields()
	var names []string
	for _, fields := range []protoreflect.FieldDescriptors{recording, event} {
		f := fields.ByTextName(field)
		if f == nil {
			f = fields.ByJSONName(field)
		}
		if f == nil || f.Enum() == nil {
			continue
		}
		for i := 1; i < f.Enum().Values().Len(); i++ {
			if name := string(f.Enum().Values().Get(i).Name()); name != "LEG_MIXED" || f.IsList() { // a party is agent or customer
				names = append(names, name)
			}
		}
	}
	return names
}
