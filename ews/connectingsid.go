package ews

import (
	"encoding/xml"
	"errors"
)

// ConnectingSID names the user whose mailbox an account opens by impersonation:
// t:ConnectingSID in t:ExchangeImpersonation. Exactly one field is set.
// SMTPAddress is the safest choice from Exchange 2010 on, since rooms often
// have several addresses.
type ConnectingSID struct {
	PrincipalName      string // t:PrincipalName, the user principal name
	SID                string // t:SID, the security identifier in SDDL form
	PrimarySMTPAddress string // t:PrimarySmtpAddress, refused if it is an alias
	SMTPAddress        string // t:SmtpAddress, any address of the mailbox
}

func (s *ConnectingSID) validate() error {
	set := 0
	for _, value := range [...]string{s.PrincipalName, s.SID, s.PrimarySMTPAddress, s.SMTPAddress} {
		if value != "" {
			set++
		}
	}
	if set != 1 {
		return errors.New("ConnectingSID: exactly one of PrincipalName, SID, PrimarySMTPAddress and SMTPAddress must be set")
	}
	return nil
}

// address returns the address that the user is named by, or "".
func (s *ConnectingSID) address() string {
	return firstOf(s.SMTPAddress, s.PrimarySMTPAddress)
}

// exchangeImpersonation is t:ExchangeImpersonation, a SOAP header.
type exchangeImpersonation struct {
	XMLName            xml.Name `xml:"t:ExchangeImpersonation"`
	PrincipalName      string   `xml:"t:ConnectingSID>t:PrincipalName,omitempty"`
	SID                string   `xml:"t:ConnectingSID>t:SID,omitempty"`
	PrimarySMTPAddress string   `xml:"t:ConnectingSID>t:PrimarySmtpAddress,omitempty"`
	SMTPAddress        string   `xml:"t:ConnectingSID>t:SmtpAddress,omitempty"`
}
