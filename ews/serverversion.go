package ews

import (
	"errors"
	"fmt"
)

// The values of t:RequestServerVersion (schema type t:ExchangeVersionType):
// which version of the schema a request is written for. Ask for the lowest that
// has what is needed. The set is open.
const (
	Exchange2007     = "Exchange2007"
	Exchange2007_SP1 = "Exchange2007_SP1"
	Exchange2010     = "Exchange2010"
	Exchange2010_SP1 = "Exchange2010_SP1"
	Exchange2010_SP2 = "Exchange2010_SP2"
	Exchange2013     = "Exchange2013"
	Exchange2013_SP1 = "Exchange2013_SP1" // the default of a Client
	Exchange2015     = "Exchange2015"
	Exchange2016     = "Exchange2016"
	V2015_10_05      = "V2015_10_05"
	V2016_01_06      = "V2016_01_06"
	V2016_04_13      = "V2016_04_13"
	V2016_07_13      = "V2016_07_13"
	V2016_10_10      = "V2016_10_10"
	V2017_01_07      = "V2017_01_07"
	V2017_04_14      = "V2017_04_14"
	V2017_07_11      = "V2017_07_11"
	V2018_01_08      = "V2018_01_08"
)

// String returns the build as administrators write it, and the schema version:
// "15.2.2562.17 (V2017_07_11)".
func (v ServerVersionInfo) String() string {
	build := fmt.Sprintf("%d.%d.%d.%d", v.MajorVersion, v.MinorVersion, v.MajorBuildNumber, v.MinorBuildNumber)
	if v.Version == "" {
		return build
	}
	return build + " (" + v.Version + ")"
}

// Product returns the name that the build is sold under, such as "Exchange
// 2016", or "" if the build belongs to none that is known. Exchange 2019 and
// Exchange SE cannot be told apart by version.
func (v ServerVersionInfo) Product() string {
	switch [2]int{v.MajorVersion, v.MinorVersion} {
	case [2]int{15, 0}:
		return "Exchange 2013"
	case [2]int{15, 1}:
		return "Exchange 2016"
	case [2]int{15, 2}:
		return "Exchange 2019 or SE"
	case [2]int{15, 20}:
		return "Exchange Online"
	}
	switch v.MajorVersion {
	case 8:
		return "Exchange 2007"
	case 14:
		return "Exchange 2010"
	}
	return ""
}

// IsZero reports whether the server has not named itself.
func (v ServerVersionInfo) IsZero() bool { return v == ServerVersionInfo{} }

// IsOnline reports whether the server is Exchange Online.
func (v ServerVersionInfo) IsOnline() bool { return v.MajorVersion == 15 && v.MinorVersion == 20 }

// ServerVersionOf returns how the server named itself in the answer that an
// error of a Client is about. It reports false if it did not.
func ServerVersionOf(err error) (ServerVersionInfo, bool) {
	if e, ok := errors.AsType[*ResponseError](err); ok {
		return e.ServerVersion, !e.ServerVersion.IsZero()
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.ServerVersion, !f.ServerVersion.IsZero()
	}
	return ServerVersionInfo{}, false
}
