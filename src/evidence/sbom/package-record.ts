/** One package that is installed in an image, as the image's own records say. */
export interface PackageRecord {
  readonly kind: 'deb' | 'apk' | 'npm';
  readonly name: string;
  readonly version: string;
  readonly architecture?: string | undefined;
  /** As written; not checked against any list. */
  readonly license?: string | undefined;
}

/** Longer values are no names, versions or licences. */
const MAX_LENGTH = 300;

/** Absent when it has no name or no version, or values that nobody could mean. */
export function toPackageRecord(
  kind: PackageRecord['kind'],
  fields: { readonly [Field in keyof Omit<PackageRecord, 'kind'>]?: string | undefined },
): PackageRecord | undefined {
  const name = clean(fields.name);
  const version = clean(fields.version);
  if (name === undefined || version === undefined) return undefined;
  const architecture = clean(fields.architecture);
  const license = clean(fields.license);
  return {
    kind,
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    ...(license === undefined ? {} : { license }),
  };
}

function clean(value: string | undefined): string | undefined {
  const text = value?.trim();
  if (text === undefined || text === '' || text.length > MAX_LENGTH) return undefined;
  // Control characters would reach terminals by way of whoever prints the SBOM.
  return /\p{Cc}/u.test(text) ? undefined : text;
}
