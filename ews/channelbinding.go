package ews

import (
	"crypto"
	"crypto/x509"
)

// channelBinding returns the binding of a login to the TLS connection that it
// is made on, type tls-server-end-point of RFC 5929, section 4: the hash of the
// server's certificate behind the name of the type. Nil if nothing is defined
// for the certificate's kind of signature.
func channelBinding(cert *x509.Certificate) []byte {
	hash := bindingHash(cert.SignatureAlgorithm)
	if hash == 0 {
		return nil
	}
	h := hash.New()
	_, _ = h.Write(cert.Raw) // a hash never fails
	return h.Sum([]byte("tls-server-end-point:"))
}

// bindingHash is the hash of the certificate's signature, except that SHA-256
// takes the place of those that were weak already when the RFC was written.
func bindingHash(signature x509.SignatureAlgorithm) crypto.Hash {
	switch signature {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1,
		x509.SHA256WithRSA, x509.SHA256WithRSAPSS, x509.DSAWithSHA256, x509.ECDSAWithSHA256:
		return crypto.SHA256
	case x509.SHA384WithRSA, x509.SHA384WithRSAPSS, x509.ECDSAWithSHA384:
		return crypto.SHA384
	case x509.SHA512WithRSA, x509.SHA512WithRSAPSS, x509.ECDSAWithSHA512:
		return crypto.SHA512
	case x509.UnknownSignatureAlgorithm, x509.PureEd25519:
		return 0 // no hash goes with them
	}
	return 0
}
