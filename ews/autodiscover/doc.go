// Package autodiscover finds the EWS endpoint of a mailbox by its address, as
// Exchange publishes it: with the operation GetUserSettings (SOAP), with plain
// XML (POX), and with the anonymous JSON service. Whoever knows the endpoint
// needs none of this.
//
// # Where credentials go
//
// Autodiscover derives host names from an address and lets hosts point to other
// hosts, and then logs in there. Whoever answers for one of these names would be
// given a password. For a program with one powerful account that is too much
// trust, so here every host that may see a login is named beforehand, in
// Config.TrustedHosts, Config.AllowHost or Config.URLs, and each of the following
// holds:
//
//   - Only https is spoken, but for one GET that is anonymous and whose only use
//     is the address it points to. Certificates are verified by net/http.
//   - A host that is not trusted sees no credentials. It is asked at all only if
//     it is one of the two hosts of the address's own domain, and then
//     anonymously.
//   - Redirects of any kind (HTTP 3xx, RedirectUrl, SRV records, the anonymous
//     GET) lead to trusted hosts only; others are not contacted. There are at
//     most ten in one discovery.
//   - An EWS endpoint is returned only if its host is trusted, since the next
//     thing that happens to it is a login.
//   - Nothing is derived from parts of a domain: for room@mail.example.com
//     nobody asks autodiscover.example.com, let alone autodiscover.com.
//
// # Refused logins
//
// One refusal proves nothing: it may be a web server that has never heard of the
// account. Several lock the account. So refusals are counted over all
// discoveries of a Client: after Config.MaxRefusals in a row, Config.LoginPause
// passes before the next login, and a host that has refused is not asked again
// for as long. See Config.MaxRefusals.
//
// # The order
//
// What has worked for the domain before; Config.URLs; Config.Lookup;
// https://<domain>; https://autodiscover.<domain>; where
// http://autodiscover.<domain> redirects to; the SRV records
// _autodiscover._tcp.<domain> with port 443. On each host JSON is tried, which
// needs no login, then SOAP, then POX; if Config.Settings asks for more than the
// endpoint, JSON comes last, because it tells nothing else.
package autodiscover
