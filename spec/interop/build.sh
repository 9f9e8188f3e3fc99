#!/usr/bin/env bash
# Generates and compiles the peers into build/. Does nothing while what is there is newer than its sources.
set -euo pipefail
cd "$(dirname "$0")"

idl=../../idl/everything.thrift
peers=peers/cpp

missing() {
  echo "spec/interop: $1 is missing. Install it with: apt-get install --no-install-recommends" \
    "thrift-compiler libthrift-dev libboost-dev libssl-dev zlib1g-dev g++ python3 python3-thrift python3-thriftpy" >&2
  exit 1
}

# Debian's modules belong to Debian's interpreter, whatever python3 comes first on the PATH.
command -v thrift >/dev/null || missing "the thrift compiler (package thrift-compiler)"
command -v g++ >/dev/null || missing "the C++ compiler (package g++)"
[ -x /usr/bin/python3 ] || missing "/usr/bin/python3 (package python3)"
[ -f /usr/include/thrift/TProcessor.h ] || missing "the C++ library (package libthrift-dev)"
[ -f /usr/include/openssl/ssl.h ] || missing "a header that libthrift-dev includes (package libssl-dev)"
[ -f /usr/include/zlib.h ] || missing "a header that libthrift-dev includes (package zlib1g-dev)"
[ -f /usr/include/boost/version.hpp ] || missing "a header that libthrift-dev includes (package libboost-dev)"
/usr/bin/python3 -c 'import thrift' 2>/dev/null || missing "the Python library (package python3-thrift)"
/usr/bin/python3 -c 'import thriftpy' 2>/dev/null || missing "thriftpy (package python3-thriftpy)"

if [ -f build/done ] && [ -z "$(find "$idl" "$peers" build.sh -newer build/done)" ]; then
  exit 0
fi

rm -rf build
mkdir -p build/cpp build/python build/npm
thrift -nowarn --gen cpp:no_skeleton -out build/cpp "$idl"
thrift -nowarn --gen py -out build/python "$idl"
thrift -nowarn --gen js:node,es6 -out build/npm "$idl"
# The generated JavaScript is CommonJS, inside a package of modules.
echo '{ "type": "commonjs" }' >build/npm/package.json

printf '%s\n' build/cpp/*.cpp "$peers"/*.cpp | xargs -P "$(nproc)" -I{} sh -c \
  'g++ -std=c++17 -O1 -w -Ibuild/cpp -I"$1" -c "$2" -o "build/cpp/$(basename "$2" .cpp).o"' _ "$peers" {}

shared=$(find build/cpp -name '*.o' ! -name server.o ! -name client.o)
for program in server client; do
  # shellcheck disable=SC2086 # one word for each object file
  g++ $shared build/cpp/$program.o -o build/cpp/$program -lthriftz -lthrift -lssl -lcrypto -lz -pthread &
done
wait -n
wait -n
touch build/done
