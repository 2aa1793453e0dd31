package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/ewspush/ewspush/internal/interop/login"
)

const (
	realm    = "EXAMPLE.TEST"
	user     = "svc-rooms"
	password = "p@ss wörd"
)

// kdc is MIT's, for one realm, with a user and the service HTTP/localhost.
type kdc struct {
	*login.Program
	address       string
	userKeytab    string
	serviceKeytab string
	env           []string
}

func startKDC(t *testing.T, d *login.Dir) *kdc {
	t.Helper()
	const server, util, admin = "/usr/sbin/krb5kdc", "/usr/sbin/kdb5_util", "/usr/sbin/kadmin.local"
	login.Require(t, server, util, admin)
	port := strconv.Itoa(login.Port(t))
	k := &kdc{
		address:       "127.0.0.1:" + port,
		userKeytab:    filepath.Join(d.Path, "user.keytab"),
		serviceKeytab: filepath.Join(d.Path, "service.keytab"),
	}
	k.env = []string{
		"KRB5_CONFIG=" + d.Write(t, "krb5.conf", fmt.Sprintf(
			"[libdefaults]\ndefault_realm = %s\ndns_lookup_kdc = false\nrdns = false\n[realms]\n%s = {\nkdc = %s\n}\n", realm, realm, k.address)),
		"KRB5_KDC_PROFILE=" + d.Write(t, "kdc.conf", fmt.Sprintf(
			"[kdcdefaults]\nkdc_listen = %s\nkdc_tcp_listen = %s\n[realms]\n%s = {\ndatabase_name = %s/principal\nkey_stash_file = %s/stash\nacl_file = %s/acl\n}\n[logging]\nkdc = STDERR\n",
			k.address, k.address, realm, d.Path, d.Path, d.Path)),
		"KRB5RCACHEDIR=" + d.Path,
	}
	d.Run(t, k.env, "", util, "create", "-s", "-r", realm, "-P", "master")
	d.Run(t, k.env, "", admin, "-q", fmt.Sprintf("addprinc +requires_preauth -pw %q %s", password, user))
	d.Run(t, k.env, "", admin, "-q", "addprinc -randkey HTTP/"+login.Host)
	d.Run(t, k.env, "", admin, "-q", fmt.Sprintf("ktadd -norandkey -k %s %s", k.userKeytab, user))
	d.Run(t, k.env, "", admin, "-q", fmt.Sprintf("ktadd -k %s HTTP/%s", k.serviceKeytab, login.Host))
	k.Program = d.Start(t, k.env, "commencing operation", server, "-n")
	return k
}

func (k *kdc) account() account {
	return account{realm: realm, kdc: k.address, user: user, password: password}
}
