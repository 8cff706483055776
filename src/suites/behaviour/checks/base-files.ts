import { dockerInspect, dockerLook, inOrder, listFiles } from '../by-hand.ts';
import { imageClasses } from '../image-class.ts';
import { variableOf } from '../image/programs.ts';
import { readTimeZone } from '../image/time-zone.ts';
import type { Check, CheckResult } from '../check.ts';
import type { ImageFacts } from '../image/image-facts.ts';
import type { Subject } from '../subject.ts';

export const baseFiles: Check<'image'> = {
  id: 'base-files',
  title: 'Certificates, time zone and locale are there',
  proves:
    'The image has the certificates that its TLS libraries look for, and the time zone and locale that its variables name.',
  appliesTo: imageClasses,
  severity: 'info',
  group: 'static',
  needs: 'image',

  async run(facts, subject) {
    return judgeBaseFiles(facts, subject);
  },

  byHand: (subject) =>
    inOrder(
      dockerInspect(subject, 'Config.Env'),
      dockerLook(subject, `${listFiles} | grep -E 'cert|zoneinfo|locale'`),
    ),
};

interface Lack {
  readonly message: string;
  readonly fix: string;
}

function judgeBaseFiles(facts: ImageFacts, subject: Subject): CheckResult {
  const lacks = [lackOfCertificates, lackOfZone, lackOfLocale].flatMap(
    (look) => look(facts, subject) ?? [],
  );
  const [first] = lacks;
  if (first === undefined)
    return {
      verdict: 'pass',
      message: 'Certificates, time zone and locale are there as far as they are asked for.',
    };
  return {
    verdict: 'warn',
    message: lacks.map(({ message }) => message).join(' '),
    fix: lacks.map(({ fix }) => fix).join(' '),
  };
}

const TLS_LIBRARY = /\/lib(?:ssl|gnutls|mbedtls|wolfssl)\.so[^/]*$/u;
/** Where libraries look, in the order of how common. @see https://go.dev/src/crypto/x509/root_linux.go */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
const JAVA_BUNDLE = /\/security\/cacerts$/u;

function lackOfCertificates({ tree }: ImageFacts, subject: Subject): Lack | undefined {
  const paths = [...tree.files.keys()];
  const java = paths.find((path) => JAVA_BUNDLE.test(path));
  const isJavaBlind = java !== undefined && tree.fileAt(java) === undefined;
  if (isJavaBlind) {
    return {
      message: `Java looks for certificates in ${java}, which leads nowhere: it trusts no server.`,
      fix: 'Install the package `ca-certificates-java`, or copy a `cacerts` from a Java image.',
    };
  }
  const library = paths.find((path) => TLS_LIBRARY.test(path));
  const own = variableOf(subject, 'SSL_CERT_FILE');
  const places = own === undefined ? BUNDLES : [own, ...BUNDLES];
  const isThere =
    places.some((path) => tree.fileAt(path) !== undefined) ||
    paths.some((path) => /^\/etc\/ssl\/certs\/[0-9a-f]{8}\.\d$/u.test(path));
  if (library === undefined || isThere) return undefined;
  return {
    message: `${library} is there and no certificates are: a TLS client trusts no server.`,
    fix: 'Install the package `ca-certificates`.',
  };
}

function lackOfZone({ tree }: ImageFacts, subject: Subject): Lack | undefined {
  const missing = readTimeZone(tree, variableOf(subject, 'TZ'))?.missing;
  if (missing === undefined) return undefined;
  return {
    message: `The time zone ${missing} is not in the image, and so it is UTC.`,
    fix: 'Install the package `tzdata`, or remove `TZ`.',
  };
}

const BUILT_IN = /^(?:C|POSIX)(?:\.[Uu][Tt][Ff]-?8)?$/u;

function lackOfLocale({ tree }: ImageFacts, subject: Subject): Lack | undefined {
  const asked = variableOf(subject, 'LC_ALL') ?? variableOf(subject, 'LANG') ?? '';
  const paths = [...tree.files.keys()];
  // Only glibc has locales in files.
  const isGlibc = paths.some((path) => path.endsWith('/libc.so.6'));
  if (asked === '' || BUILT_IN.test(asked) || !isGlibc) return undefined;
  const name = asked.toLowerCase().replace('utf-8', 'utf8');
  const isThere = paths.some(
    (path) =>
      path === '/usr/lib/locale/locale-archive' ||
      path.toLowerCase().startsWith(`/usr/lib/locale/${name}`),
  );
  if (isThere) return undefined;
  return {
    message: `The locale ${asked} is not in the image, and so programs take C.`,
    fix: 'Generate it with `localedef`, or set `LANG=C.UTF-8`, which needs nothing.',
  };
}
