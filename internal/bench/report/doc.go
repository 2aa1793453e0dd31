// Package report is the tables that make bench prints: each path with ours, the
// usual way and the floor beside one another, their ratios, the targets, and
// whether they are met. It also puts them into a document.
package report
