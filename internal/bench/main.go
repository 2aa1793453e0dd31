package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/ewspush/ewspush/internal/bench/process"
	"github.com/ewspush/ewspush/internal/bench/report"
)

// document is where -write puts the tables, seen from this directory.
const document = "../docs/performance.md"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM) //nolint:forbidigo // a program begins its own
	child, err := process.Main(ctx, roles())
	if !child {
		err = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run carries out the sections that the arguments ask for.
func run(ctx context.Context, args []string, out, progress io.Writer) (err error) {
	var names []string
	for _, s := range sections() {
		names = append(names, s.name)
	}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(progress)
	only := flags.String("only", strings.Join(names, ","), "the `sections` to measure")
	quick := flags.Bool("quick", false, "see that everything works: the figures say nothing")
	write := flags.Bool("write", false, "put the tables into "+document)
	dir := flags.String("dir", "", "`directory` on the disk to measure; PostgreSQL goes to $TMPDIR (default $TMPDIR)")
	profiles := flags.String("profiles", "", "`directory` for a CPU profile of each process; made if there is none")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("bench: what is %q?", flags.Arg(0))
	}
	if *quick && *write {
		return errors.New("bench: -write: the figures of -quick say nothing")
	}
	wanted, err := chosen(*only)
	if err != nil {
		return err
	}

	if *profiles != "" {
		if err := os.MkdirAll(*profiles, 0o750); err != nil {
			return err
		}
	}
	b := &bench{scale: full(), progress: progress, children: process.Children{Profiles: *profiles}}
	if *quick {
		b.scale = tiny()
	}
	if b.dir, err = os.MkdirTemp(*dir, "ewspush-bench-"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	for _, s := range wanted {
		where := report.Circumstances(ctx, ".")
		table, err := s.measure(ctx, b)
		if err != nil {
			return fmt.Errorf("bench: %s: %w", s.name, err)
		}
		text := "Measured on " + where + ".\n\n" + table.Markdown()
		if _, err := fmt.Fprintf(out, "\n## %s\n\n%s", s.title, text); err != nil {
			return err
		}
		if *write {
			if err := record(s.name, text); err != nil {
				return err
			}
		}
	}
	return nil
}

// chosen returns the sections with those names.
func chosen(names string) (wanted []section, err error) {
	for name := range strings.SplitSeq(names, ",") {
		found := false
		for _, s := range sections() {
			if s.name == name {
				wanted, found = append(wanted, s), true
			}
		}
		if !found {
			return nil, fmt.Errorf("bench: -only: there is no section %q", name)
		}
	}
	return wanted, nil
}

// record puts a section's text into the document.
func record(section, text string) error {
	old, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	changed, err := report.Replace(string(old), section, text)
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	return os.WriteFile(document, []byte(changed), 0o644) //nolint:gosec // G306: a file of the repository
}
