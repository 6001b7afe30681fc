package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"
)

const tokenLife = time.Hour

// token signs a JWT (HS256) for a manager of one organisation who may see all its properties.
func token(secret, user string, org int) string {
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(fmt.Appendf(nil,
		`{"sub":"%s","orgId":%d,"role":"manager","properties":"*","name":"%s","iat":%d,"exp":%d}`,
		user, org, user, time.Now().Unix(), time.Now().Add(tokenLife).Unix()))
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil))
}
