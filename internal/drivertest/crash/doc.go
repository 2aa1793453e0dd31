// Package crash has tests that kill the application for real: processes of
// their own, on a real database, are sent SIGKILL and SIGSTOP at random moments
// while thousands of changes are made, and are started again. At the end it is
// proven from what the applications wrote down that nothing was lost.
//
//	make crash CRASH_FOR=10m CRASH_SEED=1234
//
// The test process is the office: a fake Exchange with people who change
// calendars, and a reverse proxy at the callback address. The children are the
// application: the test binary itself, which a variable in the environment
// tells what to be. Everything happens on loopback.
package crash
