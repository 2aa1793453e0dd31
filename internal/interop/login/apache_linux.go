package login

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
)

// Host is the name that the servers' certificates are for.
const Host = "localhost"

// Trusted is the password that a login comes with behind Apache, which has
// verified the real one.
const Trusted = "verified"

// Apache is an https server that verifies logins and passes requests on, with
// the name of who is logged in and the password Trusted, as Basic.
type Apache struct {
	*Program
	URL   string
	Roots *x509.CertPool
}

// StartApache starts one in front of the backend, a URL. The directives are
// those of mod_auth_gssapi for one mechanism, or others for the location.
func StartApache(tb testing.TB, d *Dir, backend string, env []string, directives ...string) *Apache {
	tb.Helper()
	a := &Apache{Roots: x509.NewCertPool()}
	certFile, keyFile, cert := Certificate(tb, d)
	a.Roots.AddCert(cert)
	port := Port(tb)
	a.URL = fmt.Sprintf("https://%s:%d/EWS/Exchange.asmx", Host, port)
	var conf strings.Builder
	fmt.Fprintf(&conf, "ServerRoot %s\nServerName %s\nPidFile %s/pid\nListen 127.0.0.1:%d\n", d.Path, Host, d.Path, port)
	conf.WriteString("MaxKeepAliveRequests 0\nKeepAliveTimeout 60\n")
	conf.WriteString("ErrorLog /dev/stderr\nLogLevel warn mpm_event:notice auth_gssapi:debug\nMutex file:" + d.Path + "\n")
	for _, module := range []string{
		"mpm_event", "authn_core", "authz_core", "authz_user", "auth_gssapi", "headers", "proxy", "proxy_http", "socache_shmcb", "ssl",
	} {
		fmt.Fprintf(&conf, "LoadModule %s_module %smod_%s.so\n", module, Modules, module)
	}
	fmt.Fprintf(&conf, "SSLEngine on\nSSLCertificateFile %s\nSSLCertificateKeyFile %s\n", certFile, keyFile)
	conf.WriteString("<Location />\nAuthType GSSAPI\nAuthName EWS\nRequire valid-user\n" + strings.Join(directives, "\n") + "\n")
	fmt.Fprintf(&conf, "RequestHeader set Authorization \"expr=Basic %%{base64:%%{REMOTE_USER}:%s}\"\n", Trusted)
	fmt.Fprintf(&conf, "ProxyPass %s\n</Location>\n", strings.TrimSuffix(backend, "/EWS/Exchange.asmx")+"/")
	file := d.Write(tb, "apache.conf", conf.String())
	a.Program = d.Start(tb, env, "resuming normal operations", ApacheProgram, "-f", file, "-DFOREGROUND")
	return a
}

// Certificate makes one for Host, and returns the files with it and its key.
func Certificate(tb testing.TB, d *Dir) (certFile, keyFile string, cert *x509.Certificate) {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: Host}, DNSNames: []string{Host},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	if cert, err = x509.ParseCertificate(der); err != nil {
		tb.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	certFile = d.Write(tb, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	keyFile = d.Write(tb, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})))
	return certFile, keyFile, cert
}
