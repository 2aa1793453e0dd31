package report

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// Circumstances returns one line about where and when something was measured:
// the machine, how busy others kept it, the Go version, the commit of the
// repository at dir, and the date. What cannot be found out is left out.
func Circumstances(ctx context.Context, dir string) string {
	facts := []string{fmt.Sprintf("%d × %s", runtime.NumCPU(), processor())}
	if load, ok := firstField("/proc/loadavg"); ok {
		facts = append(facts, "load "+load+" before")
	}
	if kernel, ok := firstField("/proc/sys/kernel/osrelease"); ok {
		facts = append(facts, "Linux "+kernel)
	}
	facts = append(facts, runtime.Version())
	if commit := commit(ctx, dir); commit != "" {
		facts = append(facts, commit)
	}
	return strings.Join(append(facts, time.Now().UTC().Format(time.DateOnly)), " · ")
}

func processor() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if name, ok := strings.CutPrefix(line, "model name"); ok {
				return strings.TrimSpace(strings.TrimLeft(name, "\t :"))
			}
		}
	}
	return runtime.GOARCH
}

func firstField(file string) (string, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	fields := strings.Fields(string(text))
	if len(fields) == 0 {
		return "", false
	}
	return fields[0], true
}

// commit names the commit that was measured, and whether files differed from it.
func commit(ctx context.Context, dir string) string {
	git := func(args ...string) string {
		out, err := exec.CommandContext(ctx, "git", append([]string{"-c", "safe.directory=*", "-C", dir}, args...)...).Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	name := git("rev-parse", "--short", "HEAD")
	if name != "" && git("status", "--porcelain", "--untracked-files=no") != "" {
		name += " with changes"
	}
	return name
}
