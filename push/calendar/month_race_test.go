//go:build race

package calendar_test

const simulatedDays = 7 // everything takes ten times as long
