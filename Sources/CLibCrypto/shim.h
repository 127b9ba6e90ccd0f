#pragma once
// SHA256_CTX is the one way to copy a half-finished hash without an allocation: a token is verified by copying
// two saved states. OpenSSL 3 marks the type deprecated in favour of EVP, which would allocate at each copy.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
