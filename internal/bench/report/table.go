package report

import (
	"strings"
	"unicode/utf8"
)

// Table is what one section has to tell.
type Table struct {
	Rows  []Row
	Notes []string // sentences below the table
}

// Markdown returns the table as text that is readable in a terminal, too.
func (t *Table) Markdown() string {
	cells := [][]string{{"path", "ours", "usual way", "floor", "vs usual", "vs floor", "target", "met"}}
	for i := range t.Rows {
		cells = append(cells, t.Rows[i].cells())
	}
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	line := func(row []string, pad string) {
		for i, cell := range row {
			b.WriteString("| " + cell + strings.Repeat(pad, widths[i]-utf8.RuneCountInString(cell)) + " ")
		}
		b.WriteString("|\n")
	}
	line(cells[0], " ")
	line(make([]string, len(widths)), "-")
	for _, row := range cells[1:] {
		line(row, " ")
	}
	for _, note := range t.Notes {
		b.WriteString("\n" + note + "\n")
	}
	return b.String()
}

func (r *Row) cells() []string {
	figure := func(f Figure) string {
		if f.Of == "" {
			return ""
		}
		return r.Unit.text(f.Value) + " " + f.Of
	}
	ratio := func(v float64) string {
		if v == 0 {
			return ""
		}
		return digits(v) + " ×"
	}
	var targets, met []string
	for _, t := range r.Targets {
		targets = append(targets, t.text(r.Unit))
		if t.met(r) {
			met = append(met, "yes")
		} else {
			met = append(met, "NO")
		}
	}
	return []string{
		r.Path, r.Unit.text(r.Ours.Value), figure(r.Usual), figure(r.Floor),
		ratio(r.VsUsual), ratio(r.VsFloor), strings.Join(targets, ", "), strings.Join(met, ", "),
	}
}
