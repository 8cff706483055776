import { PackageURL } from 'packageurl-js';
import { digestOf, hexOf, type Digest } from '../../kernel/digest.ts';
import type { ImagePackages, InstalledPackage } from './merge-layers.ts';
import type { OsRelease } from './os-release.ts';

export interface BomSource {
  readonly image: { readonly name: string; readonly digest: Digest };
  readonly found: ImagePackages;
  readonly tool: { readonly version: string };
  /** ISO 8601. */
  readonly madeAt: string;
}

/**
 * The list of what is in an image, as its own records say: what was copied in without a record is not in it.
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export function toCycloneDx({ image, found, tool, madeAt }: BomSource): Record<string, unknown> {
  const imageRef = `${image.name}@${image.digest}`;
  const os = found.os === undefined ? [] : [osComponent(found.os)];
  const packages = found.packages.map((each) => packageComponent(each, found.os));
  const components = distinctByRef([...os, ...packages]);
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([imageRef, components]))}`,
    version: 1,
    metadata: {
      timestamp: madeAt,
      tools: {
        components: [{ type: 'application', name: 'seatrial', version: tool.version }],
      },
      component: {
        type: 'container',
        'bom-ref': imageRef,
        name: image.name,
        version: image.digest,
        hashes: [{ alg: 'SHA-256', content: hexOf(image.digest) }],
      },
    },
    components,
    compositions: [
      // No list made from records alone can claim to be complete.
      { aggregate: found.problem === undefined ? 'unknown' : 'incomplete', assemblies: [imageRef] },
    ],
    ...(found.problem === undefined
      ? {}
      : { properties: [{ name: 'seatrial:problem', value: found.problem }] }),
  };
}

interface Component {
  readonly type: 'library' | 'operating-system';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version?: string | undefined;
  readonly licenses?: readonly { readonly license: { readonly name: string } }[] | undefined;
  readonly purl?: string | undefined;
  readonly properties?: readonly { readonly name: string; readonly value: string }[] | undefined;
}

function osComponent({ id, versionId }: OsRelease): Component {
  return {
    type: 'operating-system',
    'bom-ref': `os:${id}@${versionId ?? ''}`,
    name: id,
    ...(versionId === undefined ? {} : { version: versionId }),
  };
}

function packageComponent(found: InstalledPackage, os: OsRelease | undefined): Component {
  const purl = purlOf(found, os);
  return {
    type: 'library',
    'bom-ref': purl,
    name: found.name,
    version: found.version,
    ...(found.license === undefined ? {} : { licenses: [{ license: { name: found.license } }] }),
    purl,
    properties: [{ name: 'seatrial:recorded-in', value: found.recordedIn }],
  };
}

/** @see https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst */
function purlOf(found: InstalledPackage, os: OsRelease | undefined): string {
  if (found.kind === 'npm') {
    const slash = found.name.indexOf('/');
    const scope = slash === -1 ? undefined : found.name.slice(0, slash);
    const name = found.name.slice(slash + 1);
    return new PackageURL('npm', scope, name, found.version, undefined, undefined).toString();
  }
  const fallback = found.kind === 'deb' ? 'debian' : 'alpine';
  const distro = os === undefined ? undefined : [os.id, os.versionId].filter(Boolean).join('-');
  const qualifiers = {
    ...(found.architecture === undefined ? {} : { arch: found.architecture }),
    ...(distro === undefined ? {} : { distro }),
  };
  return new PackageURL(
    found.kind,
    os?.id ?? fallback,
    found.name,
    found.version,
    qualifiers,
    undefined,
  ).toString();
}

function distinctByRef(components: readonly Component[]): readonly Component[] {
  return [...new Map(components.map((each) => [each['bom-ref'], each])).values()];
}

/** Equal contents, equal number. @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8 */
function uuidOf(text: string): string {
  const hex = hexOf(digestOf(text));
  const variant = ((Number.parseInt(hex.charAt(16), 16) % 4) + 8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
