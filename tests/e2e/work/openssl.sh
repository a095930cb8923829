#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# openssl.sh [prepare]: known answers of openssl. `prepare`, on the host, makes keys, random
# messages and all answers; the guest must compute the same.
set -u
case ${1:-} in
prepare)
    answers=/opt/lathe/expected/openssl
    mkdir -p $answers
    ;;
*)
    answers=/tmp/openssl
    mkdir -p $answers
    ;;
esac
cd /opt/lathe/fixtures || exit 1
key=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
iv=f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff

fixtures() {
    head -c 1000003 /dev/urandom >message
    for bits in 2048 4096; do
        openssl genpkey -quiet -algorithm RSA -pkeyopt rsa_keygen_bits:$bits -out rsa$bits.pem
    done
    for curve in P-256 P-384 P-521 secp256k1; do
        openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:$curve -out ec$curve.pem
        openssl dgst -sha256 -sign ec$curve.pem -out ec$curve.signature message
    done
    for name in ed25519 ed448 x25519 x448; do
        openssl genpkey -quiet -algorithm $name -out $name.pem
        openssl genpkey -quiet -algorithm $name -out $name-peer.pem
        openssl pkey -in $name-peer.pem -pubout -out $name-peer.pub
    done
    openssl pkey -in ecP-256.pem -pubout -out ecP-256.pub
    openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sign rsa2048.pem -out pss.signature message
    openssl req -x509 -new -key rsa2048.pem -subj /CN=work -days 36500 -out certificate.pem
    for bits in 128 256; do
        openssl cms -encrypt -binary -aes-$bits-gcm -in message -outform DER -out gcm$bits.cms \
            certificate.pem
    done
    head -c 1000 message >short
}

# Each prints one answer.
digest() { openssl dgst "-$1" -r message; }
cipher() { openssl enc "-$1" -K $key -iv $iv -in message 2>/dev/null | sha256sum; }
decipher() {
    openssl enc "-$1" -K $key -iv $iv -in message 2>/dev/null |
        openssl enc -d "-$1" -K $key -iv $iv 2>/dev/null | cmp - message && echo same
}
gcm() { openssl cms -decrypt -inform DER -in "gcm$1.cms" -inkey rsa2048.pem | cmp - message && echo same; }
gmac() { openssl mac -cipher "aes-$1-gcm" -macopt "hexkey:$(echo $key | cut -c "1-$(($1 / 4))")" -macopt hexiv:0102030405060708090a0b0c -in message GMAC; }
cmac() { openssl mac -cipher "aes-$1-cbc" -macopt "hexkey:$(echo $key | cut -c "1-$(($1 / 4))")" -in message CMAC; }
hmac() { openssl mac -digest "$1" -macopt hexkey:$key -in message HMAC; }
mac() { openssl mac -macopt hexkey:$key -in message "$1"; }
sign() { openssl dgst "-$2" -sign "$1.pem" message | sha256sum; }
verify() { openssl dgst -sha256 -prverify "ec$1.pem" -signature "ec$1.signature" message; }
pss() { openssl dgst -sha256 -sigopt rsa_padding_mode:pss -prverify rsa2048.pem -signature pss.signature message; }
resign() {
    openssl dgst -sha256 -sign "$1.pem" -out /tmp/signature message &&
        openssl dgst -sha256 -prverify "$1.pem" -signature /tmp/signature message
}
raw() { openssl pkeyutl -sign -rawin -inkey "$1.pem" -in short | sha256sum; }
derive() { openssl pkeyutl -derive -inkey "$1.pem" -peerkey "$1-peer.pub" | sha256sum; }
pbkdf2() { openssl kdf -keylen 64 -kdfopt "digest:$1" -kdfopt pass:work -kdfopt hexsalt:$iv -kdfopt iter:5000 PBKDF2; }
scrypt() { openssl kdf -keylen 64 -kdfopt pass:work -kdfopt hexsalt:$iv -kdfopt n:4096 -kdfopt r:8 -kdfopt p:1 SCRYPT; }
prime() { openssl prime "$1"; }

# answer FUNCTION ARGUMENT...: an answer into a file of its own
answer() {
    file=$(echo "$*" | tr ' ' -)
    "$@" >"$answers/$file" 2>&1
    [ "${mode:-}" != check ] || judge "$file"
}

judge() {
    if cmp -s "$answers/$1" "/opt/lathe/expected/openssl/$1"; then
        echo "ok openssl-$1"
    else
        echo "not ok openssl-$1: $(head -c 200 "$answers/$1" | tr '\n' ' ')"
    fi
}

all() {
    for name in $(openssl list -digest-commands); do answer digest "$name"; done
    for name in aes-128-cbc aes-128-ctr aes-192-cbc aes-256-cbc aes-256-ctr aes-256-ecb aes-256-ofb \
        aes-128-cfb1 aes-256-cfb8 aria-256-cbc camellia-256-cbc chacha20 des-ede3-cbc sm4-cbc; do
        answer cipher $name
        answer decipher $name
    done
    for bits in 128 192 256; do
        answer gmac $bits
        answer cmac $bits
    done
    for bits in 128 256; do answer gcm $bits; done
    for name in md5 sha1 sha256 sha512 sha3-256; do answer hmac $name; done
    for name in KMAC128 KMAC256 BLAKE2BMAC BLAKE2SMAC Poly1305; do answer mac $name; done
    for name in rsa2048 rsa4096; do
        for hash in sha1 sha256 sha512; do answer sign $name $hash; done
    done
    answer pss
    for curve in P-256 P-384 P-521 secp256k1; do
        answer verify $curve
        answer resign ec$curve
    done
    for name in ed25519 ed448; do answer raw $name; done
    for name in x25519 x448; do answer derive $name; done
    for name in sha1 sha256 sha512; do answer pbkdf2 $name; done
    answer scrypt
    for number in 170141183460469231731687303715884105727 170141183460469231731687303715884105729; do
        answer prime $number
    done
}

# speed NAME: openssl's own measure ends well and counts something
speed() {
    if openssl speed -seconds 1 -bytes 8192 "$@" >/tmp/speed 2>&1 && grep -q '[1-9]' /tmp/speed; then
        echo "ok openssl-speed-$(echo "$*" | tr -d ' ')"
    else
        echo "not ok openssl-speed-$*: $(tail -n 2 /tmp/speed)"
    fi
}

if [ "${1:-}" = prepare ]; then
    fixtures
    all
    exit 0
fi
mode=check
all
for name in sha256 sha512 rsa2048 ecdsap256 ed25519 ecdhx25519; do speed $name; done
for name in aes-256-gcm chacha20-poly1305 aes-128-cbc; do speed -evp $name; done
