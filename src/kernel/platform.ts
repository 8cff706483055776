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
