/**
 * A platform as in `linux/arm64/v8`.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-index.md
 */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
}

const PLATFORM = /^([a-z0-9]+)\/([a-z0-9_]+)(?:\/([a-z0-9.]+))?$/u;

/** Reads `os/architecture[/variant]`; absent when the text is not of that form. */
export function parsePlatform(text: string): Platform | undefined {
  const match = PLATFORM.exec(text);
  if (!match?.[1] || !match[2]) return undefined;
  return match[3] === undefined
    ? { os: match[1], architecture: match[2] }
    : { os: match[1], architecture: match[2], variant: match[3] };
}

export function renderPlatform(platform: Platform): string {
  const base = `${platform.os}/${platform.architecture}`;
  return platform.variant === undefined ? base : `${base}/${platform.variant}`;
}

/**
 * One spelling for each platform: `linux/arm64/v8` is `linux/arm64`, and `linux/arm` is `linux/arm/v7`.
 * @see https://github.com/containerd/platforms/blob/v1.0.0/database.go
 */
export function normalizePlatform({ os, architecture, variant }: Platform): Platform {
  const named = ALIASES[architecture] ?? { architecture };
  const found = variant ?? named.variant ?? '';
  const short = PLAIN_VARIANTS[named.architecture]?.[found] ?? found;
  return {
    os,
    architecture: named.architecture,
    ...(short === '' ? {} : { variant: short }),
  };
}

const ALIASES: Readonly<Record<string, Omit<Platform, 'os'>>> = {
  aarch64: { architecture: 'arm64' },
  armel: { architecture: 'arm', variant: 'v6' },
  armhf: { architecture: 'arm', variant: 'v7' },
  i386: { architecture: '386' },
  x86_64: { architecture: 'amd64' },
};

/** Variants that need not, and the one that has to be, written. */
const PLAIN_VARIANTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  amd64: { v1: '' },
  arm: { '': 'v7', '5': 'v5', '6': 'v6', '7': 'v7' },
  arm64: { '8': '', v8: '' },
};

/** Whether two texts name one platform; a text that names none is equal to itself alone. */
export function isSamePlatform(a: string, b: string): boolean {
  return normalText(a) === normalText(b);
}

function normalText(text: string): string {
  const platform = parsePlatform(text);
  return platform === undefined ? text : renderPlatform(normalizePlatform(platform));
}
