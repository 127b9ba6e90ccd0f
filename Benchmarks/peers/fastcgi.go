// What a Go program on net/http/fcgi does for a segment: the checks of fastcgi.c's "full".
//
//	fastcgi SOCKET CHECKS DATA_DIR SECRET ORIGIN
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"log"
	"net"
	"net/http"
	"net/http/fcgi"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"
)

const header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"

var (
	dataDir, origin string
	secret          []byte
	path            = regexp.MustCompile(`^/hls2/((?:[\w-][\w.-]{0,127}/){3}[\w-][\w.-]{0,127})/([\w-][\w.-]{0,127})$`)
)

type claims struct {
	UserID   string `json:"user_id"`
	Rel      string `json:"rel"`
	Platform string `json:"platform"`
	Exp      int64  `json:"exp"`
}

func verified(authorization string) (claims, bool) {
	var found claims
	parts := strings.Split(strings.TrimPrefix(authorization, "Bearer "), ".")
	if !strings.HasPrefix(authorization, "Bearer ") || len(parts) != 3 || parts[0] != header {
		return found, false
	}
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(parts[0] + "." + parts[1]))
	sent, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || !hmac.Equal(sent, mac.Sum(nil)) {
		return found, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &found) != nil {
		return found, false
	}
	return found, found.Exp > time.Now().Unix() && found.UserID != "" && found.Platform == "web"
}

func segment(answer http.ResponseWriter, request *http.Request) {
	match := path.FindStringSubmatch(request.URL.Path)
	token, isGood := verified(request.Header.Get("Authorization"))
	page, err := url.Parse(request.Header.Get("Referer"))
	if match == nil || !isGood || token.Rel != match[1] || err != nil || page.Scheme+"://"+page.Host != origin {
		http.Error(answer, "{}", http.StatusForbidden)
		return
	}
	lesson := dataDir + "/hls/" + match[1]
	version, err := os.Readlink(lesson + "/.version")
	file, missing := os.Lstat(lesson + "/" + match[2])
	asked := request.URL.Query().Get("v")
	if err != nil || missing != nil || !file.Mode().IsRegular() || (asked != "" && ".v-"+asked != version) {
		http.Error(answer, "{}", http.StatusNotFound)
		return
	}
	answer.Header().Set("X-Accel-Redirect", "/_focust/hls/"+match[1]+"/"+version+"/"+match[2])
	answer.Header().Set("Content-Type", "video/mp2t")
	answer.Header().Set("Cache-Control", "private, max-age=3600, immutable")
}

func main() {
	dataDir, secret, origin = os.Args[3], []byte(os.Args[4]), os.Args[5]
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(fcgi.Serve(listener, http.HandlerFunc(segment)))
}
