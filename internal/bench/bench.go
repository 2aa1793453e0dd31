package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/ewspush/ewspush/internal/bench/process"
	"github.com/ewspush/ewspush/internal/bench/report"
)

// bench is one run of the program.
type bench struct {
	scale    scale
	dir      string // for files; removed at the end
	progress io.Writer
	children process.Children
}

// section is a part that can be measured alone.
type section struct {
	name, title string
	measure     func(context.Context, *bench) (*report.Table, error)
}

func sections() []section {
	return []section{
		{"decode", "Decoding a notification", measureDecode},
		{"http", "From the POST to the reply", measureHTTP},
		{"durable", "Recording a notification durably", measureDurable},
		{"manager", "Watching many subscriptions", measureManager},
		{"ramp", "Making many subscriptions", measureRamp},
		{"latency", "From the POST to HandleEvent", measureLatency},
	}
}

// roles is what the processes that bench starts can be.
func roles() map[string]process.Role {
	return map[string]process.Role{
		roleServe:    &serveRole{},
		roleLoad:     &loadRole{},
		roleWatch:    &watchRole{},
		roleExchange: &exchangeRole{},
		roleService:  &serviceRole{},
	}
}

// say tells what is being done, for those who wait.
func (b *bench) say(format string, args ...any) {
	_, _ = fmt.Fprintf(b.progress, "%s "+format+"\n", append([]any{time.Now().Format(time.TimeOnly)}, args...)...)
}

// makeDir makes a directory for one part.
func (b *bench) makeDir(name string) (string, error) { return os.MkdirTemp(b.dir, name+"-") }
