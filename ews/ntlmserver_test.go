package ews

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	units "unicode/utf16"
)

// ntlmServer verifies logins with NTLM version 2 as [MS-NLMP] says, and binds
// them to their connections. It answers with the name of who is logged in.
type ntlmServer struct {
	*httptest.Server
	accounts map[string]string // password by name, EXAMPLE\user

	// What it does, set before it is used.
	schemes      []string
	noTargetInfo bool
	binding      func() []byte           // demanded if not nil
	closeAfter   func(leg int) bool      // with the answer
	expire       func(requests int) bool // of this connection, since its login
	handler      http.HandlerFunc        // for requests that are logged in
	delay        func(r *http.Request)   // before a message of a login is looked at
	bodies       func(leg int, body []byte)

	mu       sync.Mutex
	conns    int
	legs     int // requests with a message of a login
	attempts int // passwords that were verified
	requests int
	protos   map[string]int
}

type ntlmSession struct {
	challenge []byte
	user      string
	requests  int
}

type ntlmSessionKey struct{}

func newNTLMServer(tb testing.TB, accounts map[string]string, set func(*ntlmServer)) *ntlmServer {
	tb.Helper()
	s := &ntlmServer{accounts: accounts, schemes: []string{"Negotiate", "NTLM"}, protos: make(map[string]int)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(s.serve))
	s.Config.ConnContext = func(ctx context.Context, _ net.Conn) context.Context {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.conns++
		return context.WithValue(ctx, ntlmSessionKey{}, new(ntlmSession))
	}
	tb.Cleanup(s.Close)
	if set != nil {
		set(s)
	}
	if s.URL == "" {
		s.Start()
	}
	return s
}

// counts returns how many connections, login messages, verified passwords and
// requests there were.
func (s *ntlmServer) counts() (conns, legs, attempts, requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.conns, s.legs, s.attempts, s.requests
}

func (s *ntlmServer) serve(w http.ResponseWriter, r *http.Request) {
	session := r.Context().Value(ntlmSessionKey{}).(*ntlmSession) // one request at a time
	s.mu.Lock()
	s.requests++
	s.protos[r.Proto]++
	s.mu.Unlock()
	scheme, encoded, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	message, err := base64.StdEncoding.DecodeString(encoded)
	if encoded == "" {
		session.requests++
		if session.user != "" && s.expire != nil && s.expire(session.requests) {
			session.user = ""
		}
		s.answer(w, r, session)
		return
	}
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.legs++
	s.mu.Unlock()
	if s.delay != nil {
		s.delay(r)
	}
	if err != nil || len(message) < 12 || string(message[:8]) != "NTLMSSP\x00" || !slices.Contains(s.schemes, scheme) {
		s.refuse(w, "")
		return
	}
	leg := 0
	switch message[8] {
	case 1:
		session.user, session.challenge = "", make([]byte, 8)
		_, _ = rand.Read(session.challenge)
		w.Header().Set("WWW-Authenticate", scheme+" "+base64.StdEncoding.EncodeToString(s.challenge(session)))
	case 3:
		leg = 1
		session.user = s.verify(session, message)
		session.challenge = nil
		session.requests = 0
	}
	if s.bodies != nil {
		s.bodies(leg, body)
	}
	if s.closeAfter != nil && s.closeAfter(leg) {
		w.Header().Set("Connection", "close")
	}
	if leg == 0 {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, "<html>go on</html>")
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	s.answer(w, r, session)
}

func (s *ntlmServer) answer(w http.ResponseWriter, r *http.Request, session *ntlmSession) {
	switch {
	case session.user == "":
		s.refuse(w, "")
	case s.handler != nil:
		s.handler(w, r)
	default:
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Body", string(body[:min(len(body), 100)]))
		_, _ = io.WriteString(w, session.user)
	}
}

func (s *ntlmServer) refuse(w http.ResponseWriter, text string) {
	for _, scheme := range s.schemes {
		w.Header().Add("WWW-Authenticate", scheme)
	}
	w.WriteHeader(http.StatusUnauthorized)
	_, _ = io.WriteString(w, text)
}

// challenge is a CHALLENGE_MESSAGE, 2.2.1.2.
func (s *ntlmServer) challenge(session *ntlmSession) []byte {
	var info []byte
	pair := func(id uint16, value []byte) {
		info = binary.LittleEndian.AppendUint16(info, id)
		info = binary.LittleEndian.AppendUint16(info, uint16(len(value)))
		info = append(info, value...)
	}
	if !s.noTargetInfo {
		pair(2, utf16le("EXAMPLE"))
		pair(1, utf16le("MAIL01"))
		pair(7, binary.LittleEndian.AppendUint64(nil, uint64(time.Now().UnixNano()/100)+116444736000000000))
		pair(0, nil)
	}
	name := utf16le("EXAMPLE")
	const flags = 0x1 | 0x200 | 0x10000 | 0x80000 | 0x800000
	m := append([]byte("NTLMSSP\x00"), 2, 0, 0, 0)
	field := func(length, offset int) {
		m = binary.LittleEndian.AppendUint16(m, uint16(length))
		m = binary.LittleEndian.AppendUint16(m, uint16(length))
		m = binary.LittleEndian.AppendUint32(m, uint32(offset))
	}
	field(len(name), 56)
	m = binary.LittleEndian.AppendUint32(m, flags)
	m = append(m, session.challenge...)
	m = append(m, make([]byte, 8)...)
	field(len(info), 56+len(name))
	m = append(m, make([]byte, 8)...) // version
	m = append(m, name...)
	return append(m, info...)
}

// verify checks an AUTHENTICATE_MESSAGE, 2.2.1.3 and 3.3.2. It returns the user
// or "".
func (s *ntlmServer) verify(session *ntlmSession, m []byte) string {
	field := func(at int) []byte {
		length, offset := int(binary.LittleEndian.Uint16(m[at:])), int(binary.LittleEndian.Uint32(m[at+4:]))
		return m[offset : offset+length]
	}
	response, domain, user := field(20), fromUTF16le(field(28)), fromUTF16le(field(36))
	s.mu.Lock()
	s.attempts++
	s.mu.Unlock()
	name := domain + `\` + user
	if domain == "" {
		name = user
	}
	password, ok := s.accounts[name]
	if !ok || session.challenge == nil || len(response) < 16+28 {
		return ""
	}
	h := newMD4()
	h.write(utf16le(password))
	key := hmacMD5(h.sum(), utf16le(strings.ToUpper(user)+domain))
	if !hmac.Equal(response[:16], hmacMD5(key, session.challenge, response[16:])) {
		return ""
	}
	if s.binding != nil {
		got, err := boundTo(response[16+28:])
		sum := md5.Sum(append(append(make([]byte, 16), binary.LittleEndian.AppendUint32(nil, uint32(len(s.binding())))...), s.binding()...))
		if err != nil || !bytes.Equal(got, sum[:]) {
			return ""
		}
	}
	return name
}

// boundTo returns the channel binding among the pairs.
func boundTo(pairs []byte) ([]byte, error) {
	var found []byte
	for len(pairs) >= 4 {
		id, length := binary.LittleEndian.Uint16(pairs), int(binary.LittleEndian.Uint16(pairs[2:]))
		if id == 0 {
			return found, nil
		}
		if id == 10 {
			if found != nil {
				return nil, errors.New("two bindings")
			}
			found = pairs[4 : 4+length]
		}
		pairs = pairs[4+length:]
	}
	return nil, errors.New("no end of the pairs")
}

func hmacMD5(key []byte, data ...[]byte) []byte {
	h := hmac.New(md5.New, key)
	for _, d := range data {
		_, _ = h.Write(d)
	}
	return h.Sum(nil)
}

func utf16le(s string) []byte {
	var b []byte
	for _, u := range units.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

func fromUTF16le(b []byte) string {
	var u []uint16
	for ; len(b) > 1; b = b[2:] {
		u = append(u, binary.LittleEndian.Uint16(b))
	}
	return string(units.Decode(u))
}

// md4 is the hash of RFC 1320, for short messages.
type md4 struct{ message []byte }

func newMD4() *md4 { return new(md4) }

func (m *md4) write(p []byte) { m.message = append(m.message, p...) }

func (m *md4) sum() []byte {
	p := append(bytes.Clone(m.message), 0x80)
	for len(p)%64 != 56 {
		p = append(p, 0)
	}
	p = binary.LittleEndian.AppendUint64(p, uint64(len(m.message))*8)
	a, b, c, d := uint32(0x67452301), uint32(0xefcdab89), uint32(0x98badcfe), uint32(0x10325476)
	for ; len(p) > 0; p = p[64:] {
		var x [16]uint32
		for i := range x {
			x[i] = binary.LittleEndian.Uint32(p[4*i:])
		}
		aa, bb, cc, dd := a, b, c, d
		for i := range 48 {
			var f uint32
			var k, shift int
			switch i / 16 {
			case 0:
				f, k, shift = b&c|^b&d, i, [4]int{3, 7, 11, 19}[i%4]
			case 1:
				f, k, shift = (b&c|b&d|c&d)+0x5a827999, i%4*4+i%16/4, [4]int{3, 5, 9, 13}[i%4]
			case 2:
				k = int(bits.Reverse8(uint8(i%16)) >> 4)
				f, shift = (b^c^d)+0x6ed9eba1, [4]int{3, 9, 11, 15}[i%4]
			}
			a, b, c, d = d, bits.RotateLeft32(a+f+x[k], shift), b, c
		}
		a, b, c, d = a+aa, b+bb, c+cc, d+dd
	}
	var sum []byte
	for _, v := range []uint32{a, b, c, d} {
		sum = binary.LittleEndian.AppendUint32(sum, v)
	}
	return sum
}
