import type { Problem } from '../../config/diagnostics.ts';
import { didYouMean } from '../../config/suggestion.ts';
import type { ComposeFile } from './compose-schema.ts';
import { linksOf } from './order-services.ts';

const DEFAULT = 'default';

export interface NamedServices {
  /** Service to network to the names under which it is found there. */
  readonly networks: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly problems: readonly Problem[];
}

/**
 * Which services are on which networks, and under which names: their own, that of the container that they asked for,
 * aliases, and what links call them. A link gives its name to all that are on the network.
 */
export function nameServices(compose: ComposeFile, names: readonly string[]): NamedServices {
  const problems: Problem[] = [];
  const networks = Object.fromEntries(
    names.map((name) => {
      const service = compose.services[name];
      const own = [
        name,
        ...(service?.container_name === undefined ? [] : [service.container_name]),
      ];
      const linked = namesByLinks(compose, names, name);
      const endpoints = Object.entries(service?.networks ?? {});
      problems.push(...endpoints.flatMap(([network]) => undeclared(compose, name, network)));
      const all = endpoints.length === 0 ? ([[DEFAULT, null]] as const) : endpoints;
      return [
        name,
        Object.fromEntries(
          all.map(([network, endpoint]) => [
            network,
            [...new Set([...own, ...linked, ...(endpoint?.aliases ?? [])])],
          ]),
        ),
      ];
    }),
  );
  return { networks, problems: [...problems, ...ambiguousLinks(compose, names)] };
}

function namesByLinks(
  { services }: ComposeFile,
  names: readonly string[],
  name: string,
): readonly string[] {
  return names.flatMap((from) => {
    const service = services[from];
    const links = service === undefined ? [] : linksOf(service);
    return links.flatMap(({ target, alias }) =>
      target === name && alias !== undefined ? [alias] : [],
    );
  });
}

/** One name for two services would lead now to the one and now to the other. */
function ambiguousLinks({ services }: ComposeFile, names: readonly string[]): readonly Problem[] {
  const taken = new Map(names.map((name) => [name, name]));
  return names.flatMap((name) => {
    const service = services[name];
    const links = service === undefined ? [] : linksOf(service);
    return links.flatMap(({ target, alias }, index): readonly Problem[] => {
      if (alias === undefined) return [];
      const other = taken.get(alias);
      taken.set(alias, other ?? target);
      if (other === undefined || other === target) return [];
      const message = `\`${alias}\` would be the name of \`${target}\` and of \`${other}\`: links name a service for the whole network.`;
      return [{ path: ['services', name, 'links', index], message }];
    });
  });
}

function undeclared(compose: ComposeFile, service: string, network: string): readonly Problem[] {
  const known = Object.keys(compose.networks);
  if (network === DEFAULT || known.includes(network)) return [];
  return [
    {
      path: ['services', service, 'networks', network],
      message: `\`networks\` declares no network \`${network}\`.`,
      suggestion: didYouMean(network, known) ?? `Add \`networks: { ${network}: {} }\` to the file.`,
    },
  ];
}
