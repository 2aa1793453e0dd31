package login

import (
	"os"
	"testing"
)

// Modules is where Debian puts Apache's modules.
const Modules = "/usr/lib/apache2/modules/"

// What the packages apache2-bin, libapache2-mod-auth-gssapi and gss-ntlmssp
// bring.
const (
	ApacheProgram = "/usr/sbin/apache2"
	GSSAPIModule  = Modules + "mod_auth_gssapi.so"
	NTLMMechanism = "/etc/gss/mech.d/mech.ntlmssp.conf"
)

// Require skips the test where one of the files is missing, or fails it if it
// runs in continuous integration.
func Require(tb testing.TB, files ...string) {
	tb.Helper()
	for _, file := range files {
		if _, err := os.Stat(file); err != nil {
			if os.Getenv("CI") == "true" {
				tb.Fatalf("a program that CI needs is missing: %v", err)
			}
			tb.Skipf("not installed: %v", err)
		}
	}
}
