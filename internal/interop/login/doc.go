// Package login starts servers that verify logins, for tests: Debian's Apache
// with mod_auth_gssapi, which does NTLM through gss-ntlmssp and Kerberos through
// MIT's library, and whatever other program such a test needs.
//
// Nothing of the system is touched: files are in a directory of their own, ports
// are on the loopback interface, and programs end with the test, however that
// ends. A test that is root has them run as nobody. Linux only.
package login
