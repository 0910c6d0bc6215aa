package processes

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc's times: 100 to a second wherever Linux runs.
const tick = 10 * time.Millisecond

// Usage is what a process has had of all cores since it began, and how many bytes of memory it has now.
func Usage(pid int) (cpu time.Duration, rss int64, err error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, 0, fmt.Errorf("cannot read what process %d uses: %w", pid, err)
	}
	// The name, in parentheses, may hold anything.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 22 {
		return 0, 0, fmt.Errorf("cannot read what process %d uses: %q", pid, stat)
	}
	n := func(i int) (v int64) {
		if err == nil {
			v, err = strconv.ParseInt(fields[i], 10, 64)
		}
		return v
	}
	cpu, rss = time.Duration(n(11)+n(12))*tick, n(21)*int64(os.Getpagesize()) // utime, stime; rss
	return cpu, rss, err
}

// Machine is what all processes together have had of all cores since the machine began, what others on the same hardware took
// of them included.
func Machine() (time.Duration, error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal
	if len(fields) < 9 {
		return 0, fmt.Errorf("cannot read /proc/stat: %q", line)
	}
	var sum time.Duration
	for _, i := range []int{1, 2, 3, 6, 7, 8} {
		v, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("cannot read /proc/stat: %w", err)
		}
		sum += time.Duration(v) * tick
	}
	return sum, nil
}
