// Package stamp says where and when figures were measured.
package stamp

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"time"
)

// Stamp is what figures are worth nothing without.
type Stamp struct {
	Commit  string `json:"commit"`
	Date    string `json:"date"`
	Machine string `json:"machine"`
	Go      string `json:"go"`
	Load    string `json:"load_average"` // over the minute before
}

// New tells of this machine and of the commit in the working folder.
func New(ctx context.Context) Stamp {
	s := Stamp{Date: time.Now().UTC().Format(time.DateOnly), Go: runtime.Version(), Machine: runtime.GOARCH}
	if out, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty").Output(); err == nil {
		s.Commit = strings.TrimSpace(string(out))
	}
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if m := regexp.MustCompile(`model name\s*: (.*)`).FindSubmatch(info); m != nil {
			s.Machine = fmt.Sprintf("%s, %d cores", m[1], runtime.NumCPU())
		}
	}
	if load, err := os.ReadFile("/proc/loadavg"); err == nil {
		s.Load, _, _ = strings.Cut(string(load), " ")
	}
	return s
}

// String is a line of it.
func (s Stamp) String() string {
	return fmt.Sprintf("%s, %s, %s, %s, load average %s before", s.Commit, s.Date, s.Machine, s.Go, s.Load)
}
