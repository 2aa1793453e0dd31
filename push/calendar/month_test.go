//go:build !race

package calendar_test

const simulatedDays = 30
