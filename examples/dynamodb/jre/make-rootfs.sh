#!/bin/sh
# Makes rootfs.tar: the files of Debian's headless Java 17 and of what it needs, unpacked, nothing configured.
set -eu
cd "$(dirname "$0")"

command -v mmdebstrap >/dev/null || {
  echo "make-rootfs: mmdebstrap is missing. On Debian or Ubuntu: apt-get install mmdebstrap" >&2
  exit 3
}

# The same packages give the same bytes.
SOURCE_DATE_EPOCH=1700000000
export SOURCE_DATE_EPOCH

draft="rootfs.$$.tar"
trap 'rm -f "$draft"' EXIT
mmdebstrap --quiet --variant=extract --include=openjdk-17-jre-headless \
  --dpkgopt='path-exclude=/usr/share/doc/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --dpkgopt='path-exclude=/usr/share/man/*' \
  --extract-hook='cd "$1/usr/lib/jvm" && ln -s "../lib/jvm/$(echo java-1.17.0-openjdk-*)/bin/java" ../../bin/java' \
  --skip=output/dev \
  bookworm "$draft"
mv "$draft" rootfs.tar
