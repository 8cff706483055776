import { z } from 'zod';
import { hexOf, type Digest } from '../kernel/digest.ts';
import { resourceDescriptorSchema, type ResourceDescriptor } from './resource-descriptor.ts';

/**
 * The part of a provenance that a policy may ask for; builders add much more.
 * @see https://slsa.dev/spec/v1.1/provenance#schema
 */
export const provenanceSchema = z.object({
  buildDefinition: z.object({
    buildType: z.string(),
    resolvedDependencies: z.array(resourceDescriptorSchema).default([]),
  }),
  runDetails: z.object({
    builder: z.object({ id: z.string() }),
    metadata: z.object({ finishedOn: z.string().optional() }).optional(),
  }),
});

export interface BaseImage {
  /** `docker.io/library/debian:12`, or the name of an image of the same project. */
  readonly reference: string;
  /** Of its manifest, where it is known. */
  readonly digest?: Digest | undefined;
  /** Present for an image of the same project: its engine image id. */
  readonly imageId?: string | undefined;
}

export interface ProvenanceSource {
  /** Paths are relative to the project. Values of secret arguments are not among them. */
  readonly build: {
    readonly image: string;
    readonly context: string;
    readonly dockerfile: string;
    readonly target?: string | undefined;
    readonly platform: string;
    readonly args: Readonly<Record<string, string>>;
  };
  /** As the engine calls it: the digest of the config, or, on a containerd store, of the manifest or an index. */
  readonly imageId: string;
  /** Whose bytes the manifest is made of: `packed`, `stored` or `pushed`. See `docs/promotion.md`. */
  readonly manifest: string;
  readonly bases: readonly BaseImage[];
  readonly git?:
    | {
        /** Web address of the repository; absent when there is no remote. */
        readonly source?: string | undefined;
        readonly commit: string;
        /** Branch or tag. */
        readonly ref?: string | undefined;
        readonly isDirty: boolean;
      }
    | undefined;
  readonly builder: {
    /** `local`, `github`, … */
    readonly provider: string;
    readonly version: string;
    readonly engine: string;
  };
  readonly run: { readonly id: string; readonly url?: string | undefined };
  /** ISO 8601. */
  readonly finishedAt: string;
}

/** What `externalParameters` mean is said in `docs/evidence.md`. */
const BUILD_TYPE = 'urn:seatrial:build:dockerfile:v1';
const BASE = 'base';

/** @see https://slsa.dev/spec/v1.1/provenance */
export function toProvenance(source: ProvenanceSource): Record<string, unknown> {
  const { build, builder, run } = source;
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: {
        image: build.image,
        context: build.context,
        dockerfile: build.dockerfile,
        ...(build.target === undefined ? {} : { target: build.target }),
        platform: build.platform,
        args: build.args,
      },
      internalParameters: {
        imageId: source.imageId,
        engine: builder.engine,
        manifest: source.manifest,
      },
      resolvedDependencies: [...gitOf(source), ...source.bases.map(toDependency)],
    },
    runDetails: {
      builder: {
        id: `urn:seatrial:builder:${builder.provider}`,
        version: { seatrial: builder.version },
      },
      metadata: { invocationId: run.url ?? run.id, finishedOn: source.finishedAt },
    },
  };
}

/** References of base images, as `toProvenance` wrote them. Absent when it is no provenance of ours. */
export function basesOf(predicate: unknown): readonly BaseImage[] | undefined {
  const parsed = provenanceSchema.safeParse(predicate);
  if (!parsed.success || parsed.data.buildDefinition.buildType !== BUILD_TYPE) return undefined;
  return parsed.data.buildDefinition.resolvedDependencies.flatMap(
    ({ name, annotations, digest }) => {
      const reference = annotations?.['reference'];
      if (name !== BASE || typeof reference !== 'string') return [];
      const hex = digest?.['sha256'];
      const imageId = annotations?.['imageId'];
      return [
        {
          reference,
          ...(hex === undefined ? {} : { digest: `sha256:${hex}` as const }),
          ...(typeof imageId === 'string' ? { imageId } : {}),
        },
      ];
    },
  );
}

function gitOf({ git }: ProvenanceSource): readonly ResourceDescriptor[] {
  if (git === undefined) return [];
  const at = git.ref === undefined ? '' : `@${git.ref}`;
  return [
    {
      name: 'source',
      ...(git.source === undefined ? {} : { uri: `git+${git.source}${at}` }),
      digest: { gitCommit: git.commit },
      ...(git.isDirty ? { annotations: { dirty: true } } : {}),
    },
  ];
}

function toDependency({ reference, digest, imageId }: BaseImage): ResourceDescriptor {
  return {
    name: BASE,
    uri: `oci:${reference}`,
    ...(digest === undefined ? {} : { digest: { sha256: hexOf(digest) } }),
    annotations: { reference, ...(imageId === undefined ? {} : { imageId }) },
  };
}
