import type { Problem } from '../../config/diagnostics.ts';
import { didYouMean } from '../../config/suggestion.ts';
import type { ComposeFile } from './compose-schema.ts';
import type { Service } from './service-schema.ts';
import { SUT, type Need } from './sut-plan.ts';

export interface ServiceOrder {
  /** `sut` and all that it needs, each after the ones it needs. */
  readonly names: readonly string[];
  readonly problems: readonly Problem[];
}

/** Only `sut` and what it needs is run: that is the contract of Docker Hub. */
export function orderServices({ services }: Pick<ComposeFile, 'services'>): ServiceOrder {
  const names: string[] = [];
  const problems: Problem[] = [];
  const visit = (name: string, above: readonly string[]): void => {
    const service = services[name];
    if (service === undefined || names.includes(name)) return;
    for (const need of needsOf(service)) {
      const path = pathOfNeed(name, need.service, service);
      if (services[need.service] === undefined) {
        problems.push({ path, ...unknownService(need.service, Object.keys(services)) });
      } else if ([...above, name].includes(need.service)) {
        const circle = [...above, name, need.service];
        const round = circle.slice(circle.indexOf(need.service)).join(' → ');
        problems.push({ path, message: `Services need each other in a circle: ${round}.` });
      } else visit(need.service, [...above, name]);
    }
    names.push(name);
  };
  if (services[SUT] === undefined) problems.push(withoutSut(Object.keys(services)));
  visit(SUT, []);
  return { names, problems };
}

/** What has to be there before a service, by `depends_on` and by `links`. */
export function needsOf(service: Service): readonly Need[] {
  const needs = new Map<string, Need>();
  for (const { target } of linksOf(service)) {
    needs.set(target, { service: target, condition: 'service_started' });
  }
  for (const [name, { condition }] of Object.entries(service.depends_on)) {
    needs.set(name, { service: name, condition });
  }
  return [...needs.values()];
}

/** `db:database` is the service `db` under the name `database` as well. */
export function linksOf(
  service: Service,
): readonly { readonly target: string; readonly alias?: string | undefined }[] {
  return service.links.map((link) => {
    const [target = '', alias] = link.split(':');
    return { target, alias };
  });
}

function pathOfNeed(name: string, need: string, service: Service): Problem['path'] {
  const link = linksOf(service).findIndex(({ target }) => target === need);
  return Object.hasOwn(service.depends_on, need)
    ? ['services', name, 'depends_on', need]
    : ['services', name, 'links', link];
}

function unknownService(name: string, names: readonly string[]): Omit<Problem, 'path'> {
  return {
    message: `No service is called \`${name}\`.`,
    suggestion: didYouMean(name, names) ?? `Services are ${listed(names)}.`,
  };
}

function withoutSut(names: readonly string[]): Problem {
  return {
    path: ['services'],
    at: 'key',
    message: `No service is called \`${SUT}\`, whose exit code decides.`,
    suggestion:
      didYouMean(SUT, names) ??
      `Give the service that runs the tests this name; there is ${listed(names)}.`,
  };
}

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
