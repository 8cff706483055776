import { z } from 'zod';
import { isDigest, type Digest } from '../../kernel/digest.ts';

/**
 * What the engine answers, only the fields that are read, tolerant of everything else: Docker writes `null`
 * for empty lists and maps, podman leaves them out.
 */

const list = <Item extends z.ZodType>(item: Item) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const map = <Value extends z.ZodType>(value: Value) =>
  z
    .record(z.string(), value)
    .nullish()
    .transform((found) => found ?? {});
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/** Docker writes the algorithm, podman in some answers only the hex digits. */
const digest = z
  .string()
  .transform((value): string => (value.includes(':') ? value : `sha256:${value}`))
  .refine((value): value is Digest => isDigest(value), 'is no sha256 digest');

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/SystemVersion */
export const versionSchema = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
  MinAPIVersion: text,
  Os: text,
  Arch: text,
  Components: list(z.object({ Name: text })),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/SystemInfo */
export const infoSchema = z.object({
  ID: text,
  Name: text,
  NCPU: count,
  MemTotal: count,
  KernelVersion: text,
  OperatingSystem: text,
  Driver: text,
  DriverStatus: list(z.array(z.string())),
  SecurityOptions: list(z.string()),
});

const healthcheck = z.object({
  Test: list(z.string()),
  Interval: count,
  Timeout: count,
  StartPeriod: count,
  Retries: count,
});

const imageConfig = z.object({
  Entrypoint: z.union([z.string().transform((value) => [value]), list(z.string())]),
  Cmd: list(z.string()),
  Env: list(z.string()),
  ExposedPorts: map(z.unknown()),
  Volumes: map(z.unknown()),
  User: text,
  WorkingDir: text,
  StopSignal: text,
  Healthcheck: healthcheck.nullish(),
  Labels: map(z.string()),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImageInspect */
export const imageSchema = z.object({
  Id: digest,
  RepoTags: list(z.string()),
  RepoDigests: list(z.string()),
  Os: text,
  Architecture: text,
  Variant: text,
  Size: count,
  RootFS: z
    .object({ Layers: list(digest) })
    .nullish()
    .transform((value) => value ?? { Layers: [] }),
  Config: imageConfig.nullish().transform((value) => value ?? imageConfig.parse({})),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImageList */
export const imageListSchema = list(z.object({ Id: digest }));

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImageHistory */
export const imageHistorySchema = list(z.object({ CreatedBy: text }));

const health = z.object({
  Status: text,
  Log: list(z.object({ ExitCode: count, Output: text })),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerInspect */
export const containerSchema = z.object({
  Id: z.string(),
  Name: text,
  Image: text,
  /** @see https://docs.docker.com/reference/api/engine/version/v1.48/#operation/ContainerInspect */
  ImageManifestDescriptor: z.object({ digest }).nullish(),
  State: z.object({
    Status: text,
    Running: flag,
    Pid: count,
    ExitCode: count,
    OOMKilled: flag,
    Error: text,
    StartedAt: text,
    FinishedAt: text,
    Health: health.nullish(),
    /** Where podman 4 puts it. */
    Healthcheck: health.nullish(),
  }),
  NetworkSettings: z
    .object({
      Networks: map(z.object({ IPAddress: text })),
      Ports: map(list(z.object({ HostIp: text, HostPort: text }))),
    })
    .nullish(),
  Mounts: list(z.object({ Type: text, Name: text, Destination: text })),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerArchiveInfo */
export const pathStatSchema = z.object({
  name: z.string(),
  size: count,
  mode: z.number(),
  linkTarget: text,
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImageCommit */
export const committedSchema = z.object({ Id: digest });

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ImageList */
export const labelledImageListSchema = list(
  z.object({ Id: digest, Labels: map(z.string()), Created: count }),
);

export const createdSchema = z.object({ Id: z.string() });
export const volumeSchema = z.object({ Name: z.string() });

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerWait */
export const waitSchema = z.object({
  StatusCode: z.number(),
  Error: z.object({ Message: text }).nullish(),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerList */
export const containerListSchema = list(
  z.object({ Id: z.string(), Names: list(z.string()), Labels: map(z.string()), Created: count }),
);

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/NetworkList */
export const networkListSchema = list(
  z.object({ Id: z.string(), Name: text, Labels: map(z.string()), Created: text }),
);

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/VolumeList */
export const volumeListSchema = z.object({
  Volumes: list(z.object({ Name: z.string(), Labels: map(z.string()), CreatedAt: text })),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerChanges */
export const changesSchema = list(z.object({ Path: z.string(), Kind: z.int().min(0).max(2) }));

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerTop */
export const topSchema = z.object({
  Titles: list(z.string()),
  Processes: list(z.array(z.string())),
});

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ExecInspect */
export const execSchema = z.object({ Running: flag, ExitCode: z.number().nullish() });

/** @see https://docs.docker.com/reference/api/engine/version/v1.41/#operation/SystemEvents */
export const eventSchema = z.object({
  Action: text,
  status: text,
  Actor: z.object({ Attributes: z.record(z.string(), z.string()).nullish() }).nullish(),
});

/** One line of the answer to a load, a build, a pull or a push. */
export const progressSchema = z.object({
  stream: text,
  error: text,
  errorDetail: z.object({ message: text }).nullish(),
});

/**
 * The line of a push that says what the registry has now.
 * @see https://github.com/moby/moby/blob/v20.10.24/api/types/types.go (`PushResult`)
 */
export const pushResultSchema = z.object({
  aux: z.object({ Tag: z.string(), Digest: digest }),
});
