import type { FaultGroup } from './fault-case.ts';

const authorization = 'src/registry/client/authorization.test.ts';
const names = 'src/registry/client/names-and-sockets.test.ts';
const probe = 'src/registry/client/probe.test.ts';
const proxy = 'src/registry/client/proxy.test.ts';
const readBack = 'src/registry/client/read-back.test.ts';
const redirects = 'src/registry/client/redirects.test.ts';
const tls = 'src/registry/client/tls.test.ts';
const upload = 'src/registry/client/upload.test.ts';

export const networkFaults: FaultGroup = {
  title: 'Networks',
  count: 9,
  cases: [
    {
      id: 'N1',
      happens: 'a name cannot be resolved, or for a moment, or has addresses that lead nowhere',
      required: 'tries again where that helps, tries the next address, ends in bounded time',
      coveredBy: [
        {
          file: names,
          test: 'a registry whose name > has addresses that lead nowhere before one that works is reached',
        },
        {
          file: names,
          test: 'a registry whose name > has only addresses that lead nowhere is given up in bounded time',
        },
        {
          file: names,
          test: 'a registry whose name > cannot be resolved for a moment is asked for again',
        },
        { file: names, test: 'a registry whose name > does not exist is asked for once' },
      ],
    },
    {
      id: 'N2',
      happens:
        'certificates that have expired, are for another host or of an unknown authority; client certificates',
      required: 'clear errors, authorities by host, never plain HTTP instead',
      coveredBy: [
        {
          file: tls,
          test: 'a certificate is refused although its authority is trusted > %s, and nothing is sent in plain text',
        },
        {
          file: tls,
          test: 'a registry with TLS on loopback is found to speak it, and its unknown certificate refused',
        },
        { file: tls, test: 'an authority in the certificates folder of the host is trusted' },
        { file: tls, test: 'our own certificate is shown to a registry that asks for one' },
        { file: tls, test: 'a name that is not loopback is never tried in plain HTTP' },
      ],
    },
    {
      id: 'N3',
      happens: 'HTTP_PROXY, HTTPS_PROXY and NO_PROXY with names, ports and networks',
      required: 'obeyed for registry and token server; loopback is direct',
      coveredBy: [
        { file: proxy, test: 'a registry is reached through HTTP_PROXY' },
        { file: proxy, test: 'a registry with TLS is reached through a tunnel of HTTPS_PROXY' },
        { file: proxy, test: 'a token is asked for through the proxy, too' },
        { file: proxy, test: 'loopback never goes through a proxy' },
        { file: proxy, test: 'NO_PROXY > %j and %s' },
        { file: proxy, test: 'a proxy that > %s is REGISTRY_UNREACHABLE soon' },
      ],
    },
    {
      id: 'N4',
      happens: 'one byte now and then',
      required: 'ends at the deadline of the whole call',
      coveredBy: [
        { file: probe, test: 'one byte at a time ends at the deadline' },
        {
          file: upload,
          test: 'ends at its deadline when the registry hangs, and cancels the upload there',
        },
      ],
    },
    {
      id: 'N5',
      happens: 'a redirect to another host, for a read or a write',
      required: 'nothing that proves who we are goes there',
      coveredBy: [
        { file: redirects, test: 'a blob is fetched from another port without our credentials' },
        { file: redirects, test: 'an upload goes to another port without our credentials' },
      ],
    },
    {
      id: 'N6',
      happens: 'the token server is named inside the network, as a file, elsewhere, or redirects',
      required: 'REALM_REFUSED before credentials are even looked for',
      coveredBy: [
        {
          file: authorization,
          test: 'a token server > at %s is refused, and no credential is even looked for',
        },
        {
          file: authorization,
          test: 'that redirects is refused, and the password does not follow',
        },
      ],
    },
    {
      id: 'N7',
      happens: 'an upload or redirect leads to a private address or another host',
      required: 'private ones are refused; public ones get no credentials',
      coveredBy: [
        { file: redirects, test: 'a registry may not send us > %s, for a read or for an upload' },
        { file: redirects, test: 'an upload goes to another port without our credentials' },
        { file: redirects, test: 'the next location > %s is %s' },
      ],
    },
    {
      id: 'N8',
      happens: 'a kept connection was closed by the other side',
      required: 'replaced unnoticed',
      coveredBy: [
        {
          file: names,
          test: 'a kept connection that the registry closed meanwhile is replaced unnoticed',
        },
      ],
    },
    {
      id: 'N9',
      happens: '200 with half of the bytes',
      required: 'refused by length or hash',
      coveredBy: [
        { file: readBack, test: 'an answer of 200 with half a body is not taken for the whole' },
        { file: upload, test: 'and cuts a blob short is found out' },
      ],
    },
  ],
};
