import { messageOf } from '../kernel/errors.ts';
import { bareMediaType, isIndexType, manifestMediaTypes } from './media-types.ts';
import { manifestSchema, type WireManifest } from './wire.ts';

export type ParsedManifest =
  | { readonly ok: true; readonly document: WireManifest; readonly mediaType: string }
  /** `problem` is a clause: "is …", "has …". */
  | { readonly ok: false; readonly problem: string };

/**
 * Reads a manifest or index whose meaning does not depend on who reads it: of a known type, the same in
 * header and body, and not both a manifest and an index (CVE-2021-41190).
 */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): ParsedManifest {
  const mediaType = bareMediaType(contentType);
  if (/manifest\.v1\+(?:json|prettyjws)$/u.test(mediaType) && mediaType.includes('docker')) {
    return failed('is of schema 1, which has no stable digest');
  }
  if (!manifestMediaTypes.includes(mediaType)) {
    return failed(`has the unknown media type ${JSON.stringify(mediaType.slice(0, 100))}`);
  }
  const json = parseJson(bytes);
  if (!json.ok) return json;
  const parsed = manifestSchema.safeParse(json.value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return failed(`is malformed at ${issue?.path.join('.') || 'its top'}: ${issue?.message}`);
  }
  const problem = ambiguityOf(parsed.data, mediaType);
  return problem === undefined ? { ok: true, document: parsed.data, mediaType } : failed(problem);
}

/** What a manifest is, by its own word; lists of registries say other things of it. */
export function artifactTypeOf({
  artifactType,
  config,
}: Pick<WireManifest, 'artifactType' | 'config'>): string | undefined {
  return artifactType ?? config?.mediaType;
}

function parseJson(
  bytes: Uint8Array,
):
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: string } {
  try {
    return {
      ok: true,
      value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as unknown,
    };
  } catch (error) {
    return failed(`is no JSON: ${messageOf(error)}`);
  }
}

function ambiguityOf(document: WireManifest, mediaType: string): string | undefined {
  if (document.mediaType !== undefined && document.mediaType !== mediaType) {
    return `is sent as ${mediaType} and calls itself ${document.mediaType}`;
  }
  const hasParts = document.layers !== undefined || document.config !== undefined;
  if (document.manifests !== undefined && hasParts) {
    return 'has both `manifests` and `layers` or `config`';
  }
  if (isIndexType(mediaType) && document.manifests === undefined) return 'has no `manifests`';
  if (!isIndexType(mediaType) && document.config === undefined) return 'has no `config`';
  return undefined;
}

function failed(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem };
}
