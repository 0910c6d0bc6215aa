package sounds

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// tone is a second of a sine at a level, with silence on both sides.
func tone(hz, seconds, amplitude float64) []float32 {
	pcm := make([]float32, Rate/2)
	for i := range int(seconds * Rate) {
		pcm = append(pcm, float32(amplitude*math.Sin(2*math.Pi*hz*float64(i)/Rate)))
	}
	return append(pcm, make([]float32, Rate/2)...)
}

func put(t *testing.T, path string, pcm []float32) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeWAV(path, pcm); err != nil {
		t.Fatal(err)
	}
}

// TestImport lays files out as packages do, and opens what Import makes of them.
func TestImport(t *testing.T) {
	unpacked, dir := t.TempDir(), t.TempDir()
	carlo := filepath.Join(unpacked, "asterisk-core-sounds-it-wav/usr/share/asterisk/sounds/it_IT_m_Carlo")
	put(t, filepath.Join(carlo, "a.wav"), tone(300, 2, 0.1))
	put(t, filepath.Join(carlo, "digits/1.wav"), tone(500, 1.5, 0.01))
	put(t, filepath.Join(carlo, "silence/1.wav"), tone(500, 1, 0.01))
	put(t, filepath.Join(unpacked, "asterisk-moh-opsound-wav/usr/share/asterisk/moh/reno project.wav"), tone(440, 300, 0.3))
	if err := Import(dir, unpacked, Test); err == nil {
		t.Fatal("Import of packages that are not all there gave no error")
	}
	for _, pkg := range []string{
		"asterisk-prompt-it-menardi-wav", "gcin-voice", "klettres-data", "ktuberling-data", "tuxpaint-stamps-default", "wesnoth-1.16-music",
	} {
		if err := os.Mkdir(filepath.Join(unpacked, pkg), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := Import(dir, unpacked, Test); err != nil {
		t.Fatal(err)
	}
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	voices, tracks := l.Voices(Test), l.Tracks(Test)
	if len(voices) != 1 || len(tracks) != 1 || len(l.Voices(Train)) != 0 {
		t.Fatalf("got %d voices and %d tracks, expected one of each", len(voices), len(tracks))
	}
	v := voices[0]
	if v.Name != "carlo" || v.Language != "it" || v.Sex != "m" || v.Len() != 2 || v.Fragments {
		t.Errorf("got voice %+v", v)
	}
	for i := range v.Len() {
		pcm, err := v.Clip(i)
		if err != nil {
			t.Fatal(err)
		}
		if got := activeLevel(pcm); math.Abs(got-Level) > 0.5 {
			t.Errorf("clip %d is at %.1f dBov, expected %d", i, got, Level)
		}
		if got, want := v.Seconds(i), []float64{2, 1.5}[i]; math.Abs(got-want) > 0.05 || math.Abs(float64(len(pcm))/Rate-want) > 0.05 {
			t.Errorf("clip %d lasts %.2f s, expected %.2f: silence around it is cut off", i, got, want)
		}
	}
	if tr := tracks[0]; tr.Name != "reno_project" || tr.Seconds != 240 {
		t.Errorf("got track %s of %.1f s, expected the 240 s in the middle of reno_project", tr.Name, tr.Seconds)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	_, err := Open(t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "benchmarks/sounds/fetch") {
		t.Errorf("Open of an empty folder: %v, expected how to fill it", err)
	}
}

// TestManifest asks of every line what the accuracy figures rest on: what is in the split test is in no other.
func TestManifest(t *testing.T) {
	entries, err := Manifest()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []struct{ pkg, path, want string }{
		{"asterisk-core-sounds-it-wav", "/usr/share/asterisk/sounds/it_IT_m_Carlo/hello.wav", "test voice carlo it m"},
		{"asterisk-core-sounds-en-wav", "/usr/share/asterisk/sounds/en_US_f_Allison/silence/1.wav", "nothing"},
		{"klettres-data", "/usr/share/klettres/pt_BR/alpha/a.ogg", "train voice kl-pt_BR pt-BR "},
		{"klettres-data", "/usr/share/klettres/he/alpha/a.ogg", "test voice kl-he he "},
		{"gcin-voice", "/usr/share/gcin-voice/ogg/ㄅ/5.ogg", "test voice zh-2 zh m"},
		{"gcin-voice", "/usr/share/gcin-voice/ogg/ㄅ/3.ogg", "tune voice zh-1 zh f"},
		{"tuxpaint-stamps-default", "/usr/share/tuxpaint/stamps/animals/cow_desc_ro.ogg", "test voice tp-ro ro f"},
		{"tuxpaint-stamps-default", "/usr/share/tuxpaint/stamps/animals/cow.ogg", "nothing"},
		{"wesnoth-1.16-music", "/usr/share/games/wesnoth/1.16/data/core/music/wanderer.ogg", "test track wanderer  "},
		{"wesnoth-1.16-music", "/usr/share/games/wesnoth/1.16/data/core/music/battle.ogg", "train track battle  "},
	} {
		got := "nothing"
		if e := Match(entries, path.pkg, path.path); e != nil {
			got = strings.Join([]string{string(e.Split), e.Kind, e.Name, e.Language, e.Sex}, " ")
		}
		if got != path.want {
			t.Errorf("%s: %q, expected %q", path.path, got, path.want)
		}
	}
	named := map[string]Split{}
	for _, e := range entries {
		if e.Split == "none" || e.Kind == "track" || strings.Contains(e.Name, "$") {
			continue
		}
		if s, twice := named[e.Name]; twice && s != e.Split {
			t.Errorf("voice %s is in the splits %s and %s", e.Name, s, e.Split)
		}
		named[e.Name] = e.Split
	}
}

func TestManifestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"train voice a":                 "m:1: 3 fields, expected split, kind, name, language, sex, package, files",
		"\nexam voice a it m p x":       `m:2: split "exam", expected train, tune, test or none`,
		"train song a it m p x":         `m:1: kind "song", expected voice or track`,
		"train voice a it m p (":        "m:1: error parsing regexp: missing closing ): `(`",
		"# c\n\ntrain voice a it m p [": "m:3: error parsing regexp: missing closing ]: `[`",
	} {
		_, err := parse("m", text)
		if err == nil {
			t.Errorf("%q: no error", text)
			continue
		}
		if diff := cmp.Diff("cannot read "+want, err.Error()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
