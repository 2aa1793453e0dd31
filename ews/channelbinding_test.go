package ews

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"encoding/hex"
	"math/big"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChannelBinding(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	_, edKey, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	for _, tt := range []struct {
		key    crypto.Signer
		signed x509.SignatureAlgorithm
		hash   crypto.Hash
	}{
		{rsaKey, x509.SHA256WithRSA, crypto.SHA256},
		{rsaKey, x509.SHA384WithRSA, crypto.SHA384},
		{rsaKey, x509.SHA512WithRSA, crypto.SHA512},
		{rsaKey, x509.SHA384WithRSAPSS, crypto.SHA384},
		{ecKey, x509.ECDSAWithSHA256, crypto.SHA256},
		{ecKey, x509.ECDSAWithSHA512, crypto.SHA512},
		{edKey, x509.PureEd25519, 0},
	} {
		template := &x509.Certificate{SerialNumber: big.NewInt(1), SignatureAlgorithm: tt.signed}
		der, err := x509.CreateCertificate(rand.Reader, template, template, tt.key.Public(), tt.key)
		require.NoError(t, err)
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		if tt.hash == 0 {
			require.Nil(t, channelBinding(cert), "%s", tt.signed)
			continue
		}
		h := tt.hash.New()
		_, _ = h.Write(der)
		require.Equal(t, "tls-server-end-point:"+string(h.Sum(nil)), string(channelBinding(cert)), "%s", tt.signed)
	}
	// Certificates that Go no longer makes.
	for _, weak := range []x509.SignatureAlgorithm{x509.MD5WithRSA, x509.SHA1WithRSA, x509.ECDSAWithSHA1} {
		require.Equal(t, crypto.SHA256, bindingHash(weak), "RFC 5929, section 4.1")
	}
	require.Zero(t, bindingHash(x509.UnknownSignatureAlgorithm))
}

func TestBindingHash(t *testing.T) {
	sum := sha256.Sum256([]byte("certificate"))
	target := NegotiateTarget{ChannelBinding: append([]byte("tls-server-end-point:"), sum[:]...)}
	// What python3-ntlm-auth 1.4.0 makes of the same data, GssChannelBindingsStruct.
	hash := target.BindingHash()
	require.Equal(t, "a8398e96473163fef6cae76013e8ab5a", hex.EncodeToString(hash[:]))
	require.Zero(t, NegotiateTarget{}.BindingHash(), "no binding")
}

func TestBindNTLMChallengeRefuses(t *testing.T) {
	valid := (&ntlmServer{}).challenge(&ntlmSession{challenge: make([]byte, 8)})
	change := func(f func(m []byte)) []byte {
		m := bytes.Clone(valid)
		f(m)
		return m
	}
	info := binary.LittleEndian.Uint32(valid[challengeInfoFields+4:])
	for name, message := range map[string][]byte{
		"empty":                     {},
		"short":                     valid[:challengeMinLength-1],
		"information out of bounds": change(func(m []byte) { m[challengeInfoFields+7] = 0x7f }),
		"information cut off":       valid[:len(valid)-1],
		"pair out of bounds":        change(func(m []byte) { m[info+3] = 0x7f }),
		"no end": change(func(m []byte) {
			binary.LittleEndian.PutUint16(m[challengeInfoFields:], binary.LittleEndian.Uint16(m[challengeInfoFields:])-4)
		}),
		"too long": append(bytes.Clone(valid), make([]byte, 1<<16)...),
	} {
		_, err := bindNTLMChallenge(message, []byte("x"))
		require.ErrorIs(t, err, errNTLMChallenge, name)
	}
}

func FuzzBindNTLMChallenge(f *testing.F) {
	session := &ntlmSession{challenge: []byte("12345678")}
	f.Add((&ntlmServer{}).challenge(session))
	f.Add((&ntlmServer{noTargetInfo: true}).challenge(session))
	bound, err := bindNTLMChallenge((&ntlmServer{}).challenge(session), []byte("other"))
	require.NoError(f, err)
	f.Add(bound)
	f.Fuzz(func(t *testing.T, message []byte) {
		before := bytes.Clone(message)
		bound, err := bindNTLMChallenge(message, []byte("binding"))
		require.Equal(t, before, message, "the message is left as it was")
		if err != nil {
			require.ErrorIs(t, err, errNTLMChallenge)
			return
		}
		require.Equal(t, message[:challengeInfoFields], bound[:challengeInfoFields], "the rest is left as it was")
		if binary.LittleEndian.Uint16(message[challengeInfoFields:]) == 0 {
			require.Equal(t, message, bound)
			return
		}
		length, offset := binary.LittleEndian.Uint16(bound[challengeInfoFields:]), binary.LittleEndian.Uint32(bound[challengeInfoFields+4:])
		require.Equal(t, len(bound), int(offset)+int(length))
		hash := hashChannelBinding([]byte("binding"))
		found, err := boundTo(bound[offset:])
		require.NoError(t, err)
		require.Equal(t, hash[:], found)
		again, err := bindNTLMChallenge(bound, []byte("binding"))
		if err == nil {
			at := binary.LittleEndian.Uint32(again[challengeInfoFields+4:])
			require.Equal(t, bound[offset:], again[at:], "binding twice changes nothing")
		}
		// What is to be done with it next must not panic.
		_, _ = (&ntlmLogin{user: "u", password: "p", binding: []byte("binding")}).Step(t.Context(), message)
	})
}

func TestChallenges(t *testing.T) {
	tests := []struct {
		lines []string
		want  []challenge
	}{
		{nil, nil},
		{[]string{""}, nil},
		{[]string{"Negotiate", "NTLM"}, []challenge{{"Negotiate", ""}, {"NTLM", ""}}},
		{[]string{"Negotiate, NTLM"}, []challenge{{"Negotiate", ""}, {"NTLM", ""}}},
		{[]string{"NTLM TlRMTVNTUAA="}, []challenge{{"NTLM", "TlRMTVNTUAA="}}},
		{[]string{`Basic realm="NTLM, Negotiate", charset="UTF-8",NTLM`}, []challenge{{"Basic", `realm="NTLM, Negotiate"`}, {"NTLM", ""}}},
		{[]string{`Bearer realm="a \"b, NTLM", error=x, Negotiate YII=`}, []challenge{{"Bearer", `realm="a \"b, NTLM"`}, {"Negotiate", "YII="}}},
	}
	for _, tt := range tests {
		require.Equal(t, tt.want, challengesOf(http.Header{"Www-Authenticate": tt.lines}))
	}
	h := http.Header{"Www-Authenticate": {"ntlm", "Negotiate !", "NEGOTIATE YWJj"}}
	require.True(t, offers(h, "NTLM"))
	require.False(t, offers(h, "Basic"))
	require.Nil(t, challengeToken(h, "NTLM"))
	require.Equal(t, "abc", string(challengeToken(h, "Negotiate")))
}

func FuzzChallenges(f *testing.F) {
	f.Add(`Basic realm="a, b", NTLM TlRMTVNTUAA=, Negotiate`)
	f.Add(`Bearer realm="a \"b, NTLM", error=x`)
	f.Add(`"`)
	f.Fuzz(func(t *testing.T, line string) {
		h := http.Header{"Www-Authenticate": {line}}
		for _, c := range challengesOf(h) {
			require.NotEmpty(t, c.scheme)
			require.NotContains(t, c.scheme, "=")
			require.True(t, offers(h, c.scheme))
			require.Contains(t, line, c.token)
		}
	})
}
